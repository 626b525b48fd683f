// What holds for all filters that ship: no promise of their own, nothing shared between instances, and a place in setup.cfg.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { get, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { hashSync } from 'bcryptjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type App, type Filter, inject, text, toNode } from '../../src/http/index.ts'
import * as filters from '../../src/middleware/index.ts'
import { parseHtpasswd } from '../../src/middleware/index.ts'
import { loadApp } from '../../src/paste/index.ts'
import { tracer } from '../../src/paste/trace.ts'
import { serveListener } from '../http/serving.ts'
import { deployment, shop } from '../paste/deployment.ts'
import { readableLog, settingsOf } from './filtering.ts'

const everybody = () => true

async function instances(): Promise<Record<string, Filter>> {
  const { log } = await readableLog()
  const users = parseHtpasswd(`alice:${hashSync('a', 4)}`, 'htpasswd')
  return {
    basic_auth: filters.basicAuth(() => users),
    catch_errors: filters.catchErrors(log),
    compress: filters.compress(settingsOf(filters.compressGroup)),
    correlation_id: filters.correlationId(),
    cors: filters.cors(settingsOf(filters.corsGroup, { allowed_origin: 'https://a.example' })),
    context: filters.identityContext(settingsOf(filters.identityContextGroup)),
    debug: filters.debug(settingsOf(filters.debugGroup), log),
    faultwrap: filters.faultWrap(log),
    healthcheck: filters.healthcheck(settingsOf(filters.healthcheckGroup), log).filter,
    http_proxy_to_wsgi: filters.httpProxyToWsgi(everybody, log),
    keystonecontext: filters.keystoneContext(),
    legacy_v2_compatible: filters.legacyV2Compatible(),
    noauth: filters.noAuth(),
    noauth2: filters.noAuthToken(),
    osprofiler: filters.osprofiler({ keys: ['k'], traceparent: 'propagate', notify: () => undefined }),
    prefix: filters.prefix(settingsOf(filters.prefixGroup), everybody),
    ratelimit: filters.ratelimit(settingsOf(filters.ratelimitGroup, { limits: '(*, *, .*, 100, SECOND)' })),
    request_id: filters.requestId(),
    request_log: filters.requestLog(log),
    sizelimit: filters.sizelimit(100),
    ssl: filters.secureProxy('x-forwarded-proto', everybody),
    statsd: filters.statsd(settingsOf(filters.statsdGroup, { name: 'svc' }), () => undefined),
    unauthenticated_context: filters.unauthenticatedContext(settingsOf(filters.identityContextGroup)),
    versionnegotiation: filters.versionNegotiation(settingsOf(filters.versionNegotiationGroup)),
  }
}

const headers = {
  'accept-encoding': 'gzip',
  origin: 'https://a.example',
  'x-auth-token': 'alice:p',
  'x-user-id': 'alice',
  'x-identity-status': 'Confirmed',
  'x-forwarded-proto': 'https',
  authorization: `Basic ${Buffer.from('alice:a').toString('base64')}`,
}

const app: App = () => text('in'.repeat(1000))

describe('every filter', () => {
  it('answers at once when the app does, by itself and all in one pipeline', async () => {
    const all = await instances()
    const ask = async (filter: Filter): Promise<{ status: number; isPromise: boolean }> => {
      const wrapped = filter(app)
      let isPromise = false
      const outer: App = (req) => {
        const answer = wrapped(req)
        isPromise = answer instanceof Promise
        return answer
      }
      // Basic passwords are compared in the background, the first time.
      await inject(outer, { path: '/v2/x', headers })
      const { status } = await inject(outer, { path: '/v2/x', headers })
      return { status, isPromise }
    }
    for (const [name, filter] of Object.entries(all)) {
      expect({ name, ...(await ask(filter)) }).toEqual({ name, status: 200, isPromise: false })
    }
    const { basic_auth: _last, context: _trusting, keystonecontext: _too, ...others } = all
    const pipeline: Filter = (inner) => Object.values(others).reduceRight((wrapped, filter) => filter(wrapped), inner)
    expect(await ask(pipeline)).toEqual({ status: 200, isPromise: false })
  })

  it('keeps its settings to itself: a second instance inherits none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-instances-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'disable'), '')
    const { uri } = deployment(
      '[composite:main]\nuse = egg:Paste#urlmap\n/one: one\n/two: two\n' +
        `[app:one]\nuse = egg:slipway#healthcheck\nbackends = disable_by_file\ndisable_by_file_path = ${join(folder, 'disable')}\n` +
        '[app:two]\nuse = egg:slipway#healthcheck\n',
    )
    const { value } = await loadApp(uri)
    const [one, two] = [await inject(value, { path: '/one' }), await inject(value, { path: '/two' })]
    expect([one.status, one.text(), two.status, two.text()]).toEqual([503, 'DISABLED BY FILE', 200, ''])
  })

  it('is named in setup.cfg and in docs/middleware.md', () => {
    const manifest = readFileSync(new URL('../../setup.cfg', import.meta.url), 'utf-8')
    const docs = readFileSync(new URL('../../docs/middleware.md', import.meta.url), 'utf-8')
    const group = /paste\.filter_factory =\n((?: {4}.*\n)*)/u.exec(manifest)?.[1] ?? ''
    const names = group.split('\n').flatMap((line) => /^ {4}(\w+) = /u.exec(line)?.[1] ?? [])
    expect(names.length).toBeGreaterThan(25)
    expect(names.filter((name) => !docs.includes(`\`${name}\``))).toEqual([])
  })
})

describe('a pipeline', () => {
  it('row 24: is a listener of any server', async () => {
    const { url } = await serveListener(toNode(filters.requestId()(filters.correlationId()(() => text('in')))))
    const [response] = (await once(get(url), 'response')) as [IncomingMessage]
    expect(response.headers['x-openstack-request-id']).toMatch(/^req-/u)
    response.resume()
    await once(response, 'end')
  })

  it('row 26: its outermost object is the first filter, and a dump tells the nesting with section and place', async () => {
    const { uri } = deployment(
      '[pipeline:main]\npipeline = request_id catch_errors api\n[filter:request_id]\npaste.filter_factory = oslo_middleware:RequestId.factory\n' +
        '[filter:catch_errors]\npaste.filter_factory = oslo_middleware:CatchErrors.factory\n[app:api]\npaste.app_factory = shop:app_factory\n',
      { 'shop.js': shop },
    )
    const { value } = await loadApp(uri, { observe: tracer })
    let way: string[] = []
    const outer: App = async (req) => {
      const response = await value(req)
      way = (req.environ.way ?? []).map(({ section, where }) => `[${section}] line ${where?.line}`)
      return response
    }
    expect((await inject(outer, { path: '/' })).headers['x-openstack-request-id']).toMatch(/^req-/u)
    expect(way).toEqual(['[filter:request_id] line 3', '[filter:catch_errors] line 5', '[app:api] line 7'])
  })
})
