// Traces: what osprofiler makes of signed requests, recorded by test/golden/osprofiler.py, and what we make of them; the
// settings as files have them; W3C's traceparent.
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config/index.ts'
import { type App, type FactoryContext, HttpError, inject, json, text } from '../../src/http/index.ts'
import { currentContext } from '../../src/log/index.ts'
import {
  currentSpan,
  osprofiler,
  profilerGroup,
  requestId,
  traced,
  type TraceEvent,
  traceHeaders,
} from '../../src/middleware/index.ts'
import { filterFactory } from '../../src/middleware/osprofiler.ts'
import { osprofilerGroup } from '../../src/middleware/profiler/options.ts'
import { pack, parseKeys, unpack } from '../../src/middleware/profiler/signature.ts'
import {
  parseTraceParent,
  renderTraceParent,
  spanIdOf,
  toTraceInfo,
  traceIdOf,
} from '../../src/middleware/profiler/traceparent.ts'
import { loadApp } from '../../src/paste/index.ts'
import { deployment, shop } from '../paste/deployment.ts'
import { contextWith, readableLog, settingsOf } from './filtering.ts'

interface Case {
  readonly headers: Record<string, string>
  readonly settings: Record<string, string>
  readonly path: string
  readonly method: string
  readonly events: readonly TraceEvent[]
  readonly outgoing: { readonly key: string; readonly contents: object } | null
}

const golden = JSON.parse(readFileSync(new URL('../golden/osprofiler.json', import.meta.url), 'utf-8')) as Case[]

/** name of a case → why ours has no events. */
const untraced = new Map([
  [/"enabled":"(?:no|False)"/u, 'what says no is no; in the original any text switches tracing on'],
  [/"X-Trace-Info":"eyJiYXNlX2lkIjogN30="/u, 'an id is a text'],
])

const base = '01234567-89ab-cdef-0123-456789abcdef'
const parent = 'fedcba98-7654-3210-fedc-ba9876543210'

async function filterOf(texts: Record<string, string>, context: Partial<FactoryContext> = {}) {
  return filterFactory({}, settingsOf(osprofilerGroup, texts), contextWith(context))
}

async function ours({ headers, settings, path, method }: Case): Promise<Pick<Case, 'events' | 'outgoing'>> {
  const events: TraceEvent[] = []
  const app: App = (req) => {
    if (req.pathInfo === '/raise') throw new TypeError('disk on fire')
    return json(traced('db', { statement: 'SELECT 1' }, traceHeaders))
  }
  const notify = (event: TraceEvent) => void events.push(event)
  const filter = await filterOf({ ...settings, notifier: 'shop:notify' }, { load: async () => notify })
  const response = await inject(filter(app), {
    path,
    method,
    headers,
    host: 'shop.example',
    log: { error: () => undefined },
  })
  const ids = new Map<string, string>()
  const named = (value: string): string => {
    if (value === base || value === parent || value === 'one') return value
    if (!ids.has(value)) ids.set(value, `new ${ids.size + 1}`)
    return ids.get(value) ?? ''
  }
  const shown = events.map((event) => ({
    ...event,
    base_id: named(event.base_id),
    trace_id: named(event.trace_id),
    parent_id: named(event.parent_id),
    timestamp: event.timestamp.replaceAll(/\d/gu, '0'),
    info: { ...event.info, host: 'HOST' },
  }))
  const sent = response.status === 200 ? (response.json() as Record<string, string>) : {}
  const info = unpack(sent['x-trace-info'], sent['x-trace-hmac'], ['key1', 'key2', 'SECRET_KEY #DEPRECATED'])
  const outgoing = info && { key: info.key, contents: { base_id: named(info.baseId), parent_id: named(info.parentId) } }
  return { events: shown, outgoing }
}

describe('the filter osprofiler', () => {
  it('row 11: makes the events of signed requests, and of no others', async () => {
    let differences = 0
    for (const one of golden) {
      const name = JSON.stringify([one.headers, one.settings])
      const isDeparture = [...untraced.keys()].some((pattern) => pattern.test(name))
      if (isDeparture) differences += 1
      const events = isDeparture ? [] : one.events.map((event) => renamed(event))
      expect({ name, ...(await ours(one)) }).toEqual({ name, events, outgoing: isDeparture ? null : one.outgoing })
    }
    expect(differences).toBe(3)
  })

  /** Classes of errors have other names in Python. */
  function renamed(event: TraceEvent): TraceEvent {
    return event.info.etype === 'ValueError' ? { ...event, info: { ...event.info, etype: 'TypeError' } } : event
  }

  it('row 23: keeps a comment in its keys, and tells of a key that everybody knows', async () => {
    const { log, lines } = await readableLog()
    const filter = await filterOf({ enabled: 'yes #DEPRECATED', hmac_keys: 'SECRET_KEY #DEPRECATED' }, { log })
    const headers = pack({ baseId: base, parentId: parent }, 'SECRET_KEY #DEPRECATED')
    await inject(
      filter(() => text('')),
      { path: '/', headers },
    )
    expect(lines.map(({ level, msg }) => `${level} ${msg}`)).toEqual([
      'warn hmac_keys has the key of the examples: whoever knows them can have requests traced',
      'info trace wsgi-start',
      'info trace wsgi-stop',
    ])
    expect(lines[1]?.trace).toMatchObject({
      base_id: base,
      parent_id: parent,
      info: { request: { path: '/', method: 'GET' } },
    })
    expect(JSON.stringify(lines)).not.toContain('#DEPRECATED')
  })

  it.each([
    ['no', 'enabled = no: this filter does not trace (in OSProfiler any text switches it on)'],
    ['off ; for now', 'enabled = off ; for now: this filter does not trace (in OSProfiler any text switches it on)'],
    ['', null],
  ])('with enabled = %j is the app itself', async (enabled, warning) => {
    const { log, lines } = await readableLog()
    const app: App = () => text('')
    expect((await filterOf({ enabled, hmac_keys: 'key1' }, { log }))(app)).toBe(app)
    expect(lines.map(({ msg }) => msg)).toEqual(warning === null ? [] : [warning])
  })

  it('takes what its section does not say from [profiler], and its keys from there when that is enabled', async () => {
    const config = (env: Record<string, string>) => readConfig({ groups: [profilerGroup], argv: [], prog: 'test', env })
    const signed = (key: string) => pack({ baseId: base, parentId: parent }, key)
    const isTraced = async (env: Record<string, string>, texts: Record<string, string>, key: string) => {
      const filter = await filterOf(texts, { config: config(env) })
      const response = await inject(
        filter(() => json(currentSpan() !== undefined)),
        { path: '/', headers: signed(key) },
      )
      return response.json()
    }
    const on = { OS_PROFILER__ENABLED: 'true', OS_PROFILER__HMAC_KEYS: 'general' }
    expect(await isTraced(on, {}, 'general')).toBe(true)
    expect(await isTraced(on, { hmac_keys: 'own' }, 'general')).toBe(true)
    expect(await isTraced(on, { hmac_keys: 'own' }, 'own')).toBe(false)
    expect(await isTraced(on, { enabled: 'no' }, 'general')).toBe(false)
    expect(await isTraced({ ...on, OS_PROFILER__ENABLED: 'false' }, {}, 'general')).toBe(false)
    expect(await isTraced({ OS_PROFILER__HMAC_KEYS: 'general' }, { enabled: 'yes', hmac_keys: 'own' }, 'own')).toBe(
      true,
    )
    expect(await isTraced({ OS_PROFILER__HMAC_KEYS: 'general' }, { enabled: 'yes' }, 'general')).toBe(true)
    expect(await isTraced({}, { enabled: 'yes' }, '')).toBe(false)
  })

  it('serves on when its notifier fails, and refuses one that is no function', async () => {
    const { log, lines } = await readableLog()
    const fail = () => {
      throw new Error('full')
    }
    const filter = await filterOf({ enabled: 'yes', hmac_keys: 'k', notifier: 'x:y' }, { log, load: async () => fail })
    const headers = pack({ baseId: base, parentId: parent }, 'k')
    expect(
      (
        await inject(
          filter(() => text('in')),
          { path: '/', headers },
        )
      ).text(),
    ).toBe('in')
    expect(lines.map(({ msg }) => msg)).toEqual(['the notifier of traces has failed (told once)'])
    await expect(filterOf({ enabled: 'yes', notifier: 'x:y' }, { load: async () => 3 })).rejects.toThrow(
      'the notifier "x:y" is no function',
    )
  })

  it('tells a secret of the query to nobody', async () => {
    const events: TraceEvent[] = []
    const filter = osprofiler({ keys: ['k'], traceparent: 'ignore', notify: (event) => void events.push(event) })
    await inject(
      filter(() => text('')),
      { path: '/x?token=geheim&a=1', headers: pack({ baseId: base, parentId: base }, 'k') },
    )
    expect(events[0]?.info.request).toMatchObject({ query: 'token=****&a=1' })
  })

  it.each([['osprofiler.web:WsgiMiddleware.factory'], ['nova.profiler:WsgiMiddleware.factory']])(
    'loads as %s, with the settings that glance’s file has',
    async (factory) => {
      const { uri } = deployment(
        `[pipeline:main]\npipeline = osprofiler api\n[filter:osprofiler]\npaste.filter_factory = ${factory}\n` +
          'hmac_keys = SECRET_KEY #DEPRECATED\nenabled = yes #DEPRECATED\n[app:api]\npaste.app_factory = shop:app_factory\n',
        { 'shop.js': shop },
      )
      const { value } = await loadApp(uri)
      expect((await inject(value, { path: '/' })).status).toBe(200)
    },
  )

  it('loads as egg:osprofiler', async () => {
    const { uri } = deployment(
      '[pipeline:main]\npipeline = osprofiler api\n[filter:osprofiler]\nuse = egg:osprofiler\nenabled = yes\nhmac_keys = k\n' +
        '[app:api]\npaste.app_factory = shop:app_factory\n',
      { 'shop.js': shop },
    )
    const { value } = await loadApp(uri)
    expect((await inject(value, { path: '/' })).status).toBe(200)
  })
})

describe('spans', () => {
  const run = async (app: App): Promise<TraceEvent[]> => {
    const events: TraceEvent[] = []
    const filter = osprofiler({ keys: ['k'], traceparent: 'ignore', notify: (event) => void events.push(event) })
    const headers = pack({ baseId: base, parentId: parent }, 'k')
    await inject(filter(app), { path: '/', headers, log: { error: () => undefined } })
    return events
  }

  it('that run at the same time have the same parent', async () => {
    const events = await run(async () => {
      await Promise.all(
        ['a', 'b'].map(async (name) => traced(name, {}, async () => traced(`${name}2`, {}, async () => undefined))),
      )
      return text('')
    })
    const idOf = (name: string) => events.find((event) => event.name === `${name}-start`)?.trace_id
    const parentOf = (name: string) => events.find((event) => event.name === `${name}-start`)?.parent_id
    expect([parentOf('a'), parentOf('b')]).toEqual([idOf('wsgi'), idOf('wsgi')])
    expect([parentOf('a2'), parentOf('b2')]).toEqual([idOf('a'), idOf('b')])
    expect(events.at(-1)?.name).toBe('wsgi-stop')
    expect(events.filter(({ name }) => name.endsWith('-stop'))).toHaveLength(5)
  })

  it('tell how they failed, thrown or rejected', async () => {
    const thrown = await run(() => {
      throw new HttpError(404)
    })
    const rejected = await run(async () => traced('db', {}, () => Promise.reject(new RangeError('far'))))
    expect(thrown.at(-1)?.info).toMatchObject({ etype: 'HttpError', message: 'Not Found' })
    expect(rejected.slice(-2).map(({ name, info }) => [name, info.etype])).toEqual([
      ['db-stop', 'RangeError'],
      ['wsgi-stop', 'RangeError'],
    ])
  })

  it('are none outside a traced request', () => {
    expect(traced('db', {}, () => 7)).toBe(7)
    expect([currentSpan(), traceHeaders()]).toEqual([undefined, {}])
  })
})

describe('traceparent', () => {
  const header = '00-0123456789abcdef0123456789abcdef-fedcba9876543210-01'

  it.each([
    [header, { traceId: '0123456789abcdef0123456789abcdef', spanId: 'fedcba9876543210', isSampled: true }],
    [
      header.replace(/01$/u, '00'),
      { traceId: '0123456789abcdef0123456789abcdef', spanId: 'fedcba9876543210', isSampled: false },
    ],
    [
      header.replace(/^00/u, 'cc') + '-more',
      { traceId: '0123456789abcdef0123456789abcdef', spanId: 'fedcba9876543210', isSampled: true },
    ],
    [`${header}-more`, null],
    [header.replace(/^00/u, 'ff'), null],
    [header.toUpperCase(), null],
    ['00-00000000000000000000000000000000-fedcba9876543210-01', null],
    ['00-0123456789abcdef0123456789abcdef-0000000000000000-01', null],
    ['', null],
  ])('%s', (given, parsed) => {
    expect(parseTraceParent(given)).toEqual(parsed)
  })

  it('goes to OSProfiler’s ids and back, whatever it is', () => {
    const digits = (length: number) =>
      fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`, 'u')).filter((one) => !/^0+$/u.test(one))
    fc.assert(
      fc.property(digits(32), digits(16), (traceId, spanId) => {
        const info = toTraceInfo({ traceId, spanId, isSampled: true })
        expect(info.baseId).toMatch(/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/u)
        expect(
          parseTraceParent(
            renderTraceParent({ traceId: traceIdOf(info.baseId), spanId: spanIdOf(info.parentId), isSampled: true }),
          ),
        ).toEqual({
          traceId,
          spanId,
          isSampled: true,
        })
      }),
    )
    expect(traceIdOf('no uuid')).toMatch(/^[\da-f]{32}$/u)
  })

  const seen = async (traceparent: 'ignore' | 'propagate' | 'trace', headers: Record<string, string>) => {
    const events: string[] = []
    const filter = osprofiler({ keys: ['k'], traceparent, notify: ({ name }) => void events.push(name) })
    const app: App = () => json({ sent: traceHeaders(), log: currentContext() ?? null })
    const response = await inject(filter(app), { path: '/', headers })
    return { ...(response.json() as { sent: Record<string, string>; log: Record<string, string> | null }), events }
  }

  it('without a signature makes no events, and goes on with its ids in the log', async () => {
    expect(await seen('propagate', { traceparent: header, tracestate: 'a=1' })).toEqual({
      sent: { traceparent: header, tracestate: 'a=1' },
      log: { trace_id: '0123456789abcdef0123456789abcdef', span_id: 'fedcba9876543210' },
      events: [],
    })
    expect(await seen('ignore', { traceparent: header })).toEqual({ sent: {}, log: null, events: [] })
  })

  it('makes events where it is trusted and sampled', async () => {
    const { sent, events } = await seen('trace', { traceparent: header, tracestate: 'a=1' })
    expect(events).toEqual(['wsgi-start', 'wsgi-stop'])
    expect(sent).toMatchObject({
      traceparent: expect.stringMatching(/^00-0123456789abcdef0123456789abcdef-[\da-f]{16}-01$/u) as string,
      tracestate: 'a=1',
    })
    expect(unpack(sent['x-trace-info'], sent['x-trace-hmac'], ['k'])).toMatchObject({ baseId: base })
    expect((await seen('trace', { traceparent: header.replace(/01$/u, '00') })).events).toEqual([])
  })

  it('goes out beside the signed headers, with the same ids', async () => {
    const signed = pack({ baseId: base, parentId: parent }, 'k')
    const { sent, log } = await seen('propagate', {
      ...signed,
      traceparent: header.replace('0123', 'aaaa'),
      tracestate: 'other=1',
    })
    const info = unpack(sent['x-trace-info'], sent['x-trace-hmac'], ['k'])
    expect(sent.traceparent).toBe(`00-${traceIdOf(base)}-${spanIdOf(info?.parentId ?? '')}-01`)
    expect(sent.tracestate).toBeUndefined()
    expect(log).toEqual({ trace_id: traceIdOf(base), span_id: spanIdOf(info?.parentId ?? '') })
  })

  it('has its ids in the lines of a request that has an id', async () => {
    const filter = osprofiler({ keys: [], traceparent: 'propagate', notify: () => undefined })
    const app = requestId()(filter(() => json(currentContext())))
    expect((await inject(app, { path: '/', headers: { traceparent: header } })).json()).toMatchObject({
      request_id: expect.stringMatching(/^req-/u) as string,
      trace_id: '0123456789abcdef0123456789abcdef',
    })
  })
})

describe('keys', () => {
  it('stand between commas', () => {
    expect(parseKeys(' a, b c ,,d#e')).toEqual(['a', 'b c', 'd#e'])
  })
})
