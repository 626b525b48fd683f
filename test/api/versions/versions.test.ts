// What clients are told of versions: nova's, glance's and neutron's documents where their deployment files mount them.
import { describe, expect, it } from 'vitest'
import {
  type ApiVersion,
  glanceVersions,
  neutronResources,
  neutronVersions,
  novaVersion,
  novaVersions,
} from '../../../src/api/index.ts'
import { type App, inject, text } from '../../../src/http/index.ts'
import { createNovaUrlmap, createUrlmap } from '../../../src/paste/index.ts'

const legacy: ApiVersion = {
  id: 'v2.0',
  mount: '/v2',
  status: 'SUPPORTED',
  updated: '2011-01-21T11:33:21Z',
  mediaTypes: [{ base: 'application/json', type: 'application/vnd.openstack.compute+json;version=2' }],
}
const current: ApiVersion = {
  id: 'v2.1',
  status: 'CURRENT',
  version: '2.90',
  minVersion: '2.1',
  updated: '2013-07-23T11:33:21Z',
  mediaTypes: [{ base: 'application/json', type: 'application/vnd.openstack.compute+json;version=2.1' }],
  links: [{ rel: 'describedby', type: 'text/html', href: 'http://docs.example.org/' }],
}

const mount = (path: string, app: App) => ({ domain: null, path, app })

/** As nova's deployment file has them. */
const nova = createNovaUrlmap(
  [
    mount('', novaVersions([legacy, current])),
    mount('/v2', novaVersion(legacy)),
    mount('/v2.1', novaVersion(current)),
    mount('/v2/+', (req) => text(`old ${req.pathInfo}`)),
    mount('/v2.1/+', (req) => text(`api ${req.pathInfo}`)),
  ],
  null,
)

async function ask(app: App, path: string, headers: Record<string, string> = {}, method = 'GET') {
  const response = await inject(app, { path, method, headers: { host: 'cloud:8774', ...headers } })
  const isJson = response.headers['content-type'] === 'application/json' && response.body.length > 0
  return { status: response.status, body: isJson ? (response.json() as object) : response.text() }
}

const self = (href: string) => ({ rel: 'self', href })

describe('versions in the form of nova', () => {
  it('row 22: are listed at the root with 200', async () => {
    expect(await ask(nova, '/')).toEqual({
      status: 200,
      body: {
        versions: [
          {
            id: 'v2.0',
            status: 'SUPPORTED',
            version: '',
            min_version: '',
            updated: '2011-01-21T11:33:21Z',
            links: [self('http://cloud:8774/v2/')],
          },
          {
            id: 'v2.1',
            status: 'CURRENT',
            version: '2.90',
            min_version: '2.1',
            updated: '2013-07-23T11:33:21Z',
            links: [self('http://cloud:8774/v2.1/')],
          },
        ],
      },
    })
  })

  it('row 22: are choices with 300 for other paths, which links keep', async () => {
    const { status, body } = await ask(nova, '/servers/7')
    expect(status).toBe(300)
    expect(body).toEqual({
      choices: [
        {
          id: 'v2.0',
          status: 'SUPPORTED',
          links: [self('http://cloud:8774/v2/servers/7')],
          'media-types': legacy.mediaTypes,
        },
        {
          id: 'v2.1',
          status: 'CURRENT',
          links: [self('http://cloud:8774/v2.1/servers/7')],
          'media-types': current.mediaTypes,
        },
      ],
    })
  })

  it.each(['/v2.1', '/v2.1/'])('row 22: %s is the document of the version', async (path) => {
    expect(await ask(nova, path)).toEqual({
      status: 200,
      body: {
        version: {
          id: 'v2.1',
          status: 'CURRENT',
          version: '2.90',
          min_version: '2.1',
          updated: '2013-07-23T11:33:21Z',
          links: [self('http://cloud:8774/v2.1/'), ...(current.links ?? [])],
          'media-types': current.mediaTypes,
        },
      },
    })
  })

  it('row 15: what is below a version is the API, and a version may be in Accept', async () => {
    expect((await ask(nova, '/v2.1/servers')).body).toBe('api /servers')
    expect((await ask(nova, '/v2/servers')).body).toBe('old /servers')
    const accepted = await ask(nova, '/', { accept: 'application/json;version=2.1' })
    expect(accepted.body).toMatchObject({ version: { id: 'v2.1' } })
  })

  it('row 22: link to the public endpoint, or to where the API is mounted', async () => {
    const href = (body: unknown) => JSON.stringify(body).match(/http[^"]*/gu)
    const mounted = createUrlmap([mount('/compute', nova)], null)
    expect(href((await ask(mounted, '/compute/')).body)).toEqual([
      'http://cloud:8774/compute/v2/',
      'http://cloud:8774/compute/v2.1/',
    ])
    const options = { publicEndpoint: 'https://api.example.org/' }
    expect(href((await ask(novaVersions([current], options), '/')).body)).toEqual(['https://api.example.org/v2.1/'])
    expect(href((await ask(novaVersion({ ...current, links: [] }, options), '')).body)).toEqual([
      'https://api.example.org/v2.1/',
    ])
  })

  it('are for reading, and a version has one document', async () => {
    expect((await ask(nova, '/', {}, 'POST')).status).toBe(405)
    expect((await ask(nova, '/', {}, 'HEAD')).status).toBe(200)
    expect((await ask(novaVersion(current), '/servers')).status).toBe(404)
  })
})

describe('versions in the form of glance', () => {
  const list = { versions: [{ id: 'v2.15', status: 'CURRENT', links: [self('http://cloud:8774/v2/')] }] }
  const glance = glanceVersions([{ id: 'v2.15', mount: '/v2', status: 'CURRENT' }])

  it.each([
    ['/versions', 200],
    ['/versions/', 200],
    ['/', 300],
    ['', 300],
    ['/v9/images', 300],
  ])('row 22: are at %j with %i', async (path, status) => {
    expect(await ask(glance, path)).toEqual({ status, body: list })
  })
})

describe('versions in the form of neutron', () => {
  it('row 22: are at the root alone', async () => {
    const app = neutronVersions([{ id: 'v2.0', status: 'CURRENT' }])
    expect((await ask(app, '/')).body).toEqual({
      versions: [{ id: 'v2.0', status: 'CURRENT', links: [self('http://cloud:8774/v2.0/')] }],
    })
    expect((await ask(app, '/x')).status).toBe(404)
  })

  it('row 22: have a list of their resources', async () => {
    const resources = neutronResources([{ name: 'subnet', collection: 'subnets' }])
    const app = createUrlmap([mount('/v2.0', resources)], null)
    expect(await ask(app, '/v2.0/')).toEqual({
      status: 200,
      body: {
        resources: [{ name: 'subnet', collection: 'subnets', links: [self('http://cloud:8774/v2.0/subnets')] }],
      },
    })
    expect((await ask(app, '/v2.0')).status).toBe(404)
    expect((await ask(app, '/v2.0/', {}, 'DELETE')).status).toBe(405)
  })
})
