import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isSlipwayError } from '../../src/errors.ts'
import { type App, inject, json } from '../../src/http/index.ts'
import { createNovaUrlmap, createUrlmap, type UrlMap } from '../../src/paste/index.ts'
import { parseMount } from '../../src/paste/mount.ts'

interface UrlmapCase {
  name: string
  keys: [string, string][]
  order?: [string | null, string][]
  error?: string
  requests?: { path: string; host?: string; script_name?: string; expect: Record<string, string> }[]
}

const recorded = JSON.parse(
  readFileSync(new URL('../conformance/urlmap-cases.json', import.meta.url), 'utf-8'),
) as UrlmapCase[]

/** Where the original crashes or misreads, and what is answered here. */
const better: Record<string, { because: string; answers: { path: string; host?: string; app: string | null }[] }> = {
  'request-path-not-absolute': {
    because: 'a path without a slash is no reason for an AssertionError: it is not found',
    answers: [{ path: 'foo', app: null }],
  },
  'ipv6-host': {
    because: 'the host of [::1]:8080 is [::1], not what stands before the first colon',
    answers: [{ path: '/', host: '[::1]:8080', app: 'root' }],
  },
}

const leaf =
  (name: string): App =>
  (req) =>
    json({ app: name, script_name: req.scriptName, path_info: req.pathInfo, type: req.environ.bestContentType ?? null })

/** As the factory does it: equal mounts replace each other. */
function mounts(keys: readonly [string, string][]) {
  const all = keys.map(([key, name]) => ({ ...parseMount(key), app: leaf(name) }))
  return [...new Map(all.map((mount) => [`${mount.domain} ${mount.path}`, mount])).values()]
}

async function ask(
  app: UrlMap,
  path: string,
  options: { host?: string | undefined; scriptName?: string | undefined; headers?: Record<string, string> } = {},
) {
  const { host, scriptName, headers } = options
  const response = await inject(app, {
    path,
    ...(host === undefined ? {} : { host }),
    ...(scriptName === undefined ? {} : { scriptName }),
    ...(headers === undefined ? {} : { headers }),
  })
  return {
    status: response.status,
    body: response.status === 200 ? (response.json() as Record<string, unknown>) : null,
  }
}

describe('the recorded cases of paste.urlmap', () => {
  it.each(recorded.filter(({ error }) => error === undefined))(
    '$name: mounts and answers as recorded',
    async ({ name, keys, order, requests }) => {
      const app = createUrlmap(mounts(keys), null)
      if (order) expect(app.mounts.map(({ domain, path }) => [domain, path])).toEqual(order)
      if (name in better) return
      for (const { path, host, script_name: scriptName, expect: wanted } of requests ?? []) {
        const { status, body } = await ask(app, path, { host, scriptName })
        expect({
          status: String(status),
          app: body?.app,
          script_name: body?.script_name,
          path_info: body?.path_info,
        }).toEqual({
          ...wanted,
          status: wanted.status?.slice(0, 3),
        })
      }
    },
  )

  it.each(recorded.filter(({ error }) => error !== undefined))(
    '$name: is refused in the words of the original',
    ({ keys, error }) => {
      try {
        mounts(keys)
      } catch (fault) {
        if (!isSlipwayError(fault)) throw fault
        expect(fault.original).toBe(error)
        return
      }
      throw new Error('it was accepted')
    },
  )

  it.each(Object.entries(better))('%s: does better', async (name, { answers }) => {
    const { keys } = recorded.find((one) => one.name === name) as UrlmapCase
    const map = createUrlmap(mounts(keys), null)
    for (const { path, host, app: wanted } of answers) {
      // A request line cannot bring such a path; a filter that rewrites it can.
      const rewritten: App = (req) => {
        req.pathInfo = path
        return map(req)
      }
      expect((await ask(Object.assign(rewritten, map), '/', { host })).body?.app ?? null).toBe(wanted)
    }
  })
})

describe('urlmap', () => {
  it('matches a domain that is written with capitals', async () => {
    const app = createUrlmap(
      mounts([
        ['domain A.Example /', 'a'],
        ['/', 'any'],
      ]),
      null,
    )
    expect((await ask(app, '/', { host: 'a.example' })).body?.app).toBe('a')
  })

  it('answers 404 without a list of mounts', async () => {
    expect((await ask(createUrlmap(mounts([['/x', 'x']]), null), '/y')).status).toBe(404)
  })

  it.each(['domain', 'port 80 /x', 'x', 'domain a port'])('refuses the mount "%s"', (key) => {
    expect(() => parseMount(key)).toThrow(expect.objectContaining({ code: 'SLIPWAY_PASTE_MOUNT' }))
  })
})

describe('the urlmap of nova', () => {
  const app = createNovaUrlmap(
    mounts([
      ['/', 'versions'],
      ['/v2', 'v2version'],
      ['/v2.1', 'v21version'],
      ['/v2/+', 'v2api'],
      ['/v2.1/+', 'v21api'],
    ]),
    null,
  )

  it.each([
    ['/', 'versions', '', '/'],
    ['/v2', 'v2version', '/v2', ''],
    ['/v2/', 'v2version', '/v2', '/'],
    ['/v2//', 'v2version', '/v2', '/'],
    ['/v2/x', 'v2api', '/v2', '/x'],
    ['/v2.1', 'v21version', '/v2.1', ''],
    ['/v2.1/', 'v21version', '/v2.1', '/'],
    ['/v2.1/servers/1', 'v21api', '/v2.1', '/servers/1'],
    ['/v3/x', 'versions', '', '/v3/x'],
  ])('%s goes to %s', async (path, name, script_name, path_info) => {
    expect((await ask(app, path)).body).toMatchObject({ app: name, script_name, path_info })
  })

  it.each([
    ['Accept', 'application/json;version=2.1'],
    ['Content-Type', 'application/json; version=2.1'],
  ])('takes the version of %s where the path names none, and leaves the path', async (name, value) => {
    const { body } = await ask(app, '/servers', { headers: { [name]: value } })
    expect(body).toMatchObject({ app: 'v21version', script_name: '/v2.1', path_info: '/servers' })
  })

  it.each([
    ['/x.json', undefined, 'application/json'],
    ['/', 'application/atom+xml', 'application/atom+xml'],
    ['/x', 'application/atom+xml', 'application/json'],
    ['/', 'application/json;q=0.2, application/atom+xml;q=0.9', 'application/atom+xml'],
    ['/', '*/*, application/json', 'application/json'],
  ])('chooses for %s with Accept %s the type %s', async (path, accept, type) => {
    const { body } = await ask(app, path, accept === undefined ? {} : { headers: { accept } })
    expect(body?.type).toBe(type)
  })
})
