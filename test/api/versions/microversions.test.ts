// Microversions: which one a request gets, what its answer says, and which handler it comes to.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  attributeMap,
  collectionController,
  Mapper,
  Microversion,
  microversions,
  type MicroversionsOptions,
  NotFound,
  novaFault,
  openApiDocument,
  resource,
  router,
  versioned,
} from '../../../src/api/index.ts'
import { type App, inject, type InjectedResponse, text } from '../../../src/http/index.ts'
import { legacyV2Compatible } from '../../../src/middleware/legacy-v2-compatible.ts'

const nova: MicroversionsOptions = {
  service: 'compute',
  min: '2.1',
  max: '2.90',
  legacyHeader: 'X-OpenStack-Nova-API-Version',
  fault: novaFault,
}
const api = microversions(nova)((req) => text(String(req.environ.microversion)))

function ask(app: App, headers: Record<string, string> = {}, more: object = {}): Promise<InjectedResponse> {
  return inject(app, { path: '/', headers, ...more })
}

describe('the microversion of a request', () => {
  it.each([
    ['none asked for', {}, '2.1'],
    ['a standard header', { 'openstack-api-version': 'compute 2.27' }, '2.27'],
    ['the older header', { 'x-openstack-nova-api-version': '2.10' }, '2.10'],
    ['latest', { 'openstack-api-version': 'compute latest' }, '2.90'],
    ['latest in the older header', { 'x-openstack-nova-api-version': 'LATEST' }, '2.90'],
    ['several services', { 'openstack-api-version': 'volume 3.0, compute 2.3,identity 1.0' }, '2.3'],
    ['the last one of a service', { 'openstack-api-version': 'compute 2.3, compute 2.4' }, '2.4'],
    ['another service', { 'openstack-api-version': 'volume 3.0' }, '2.1'],
    ['both headers', { 'openstack-api-version': 'compute 2.3', 'x-openstack-nova-api-version': '2.4' }, '2.3'],
    ['a service without a number', { 'openstack-api-version': 'compute' }, '2.1'],
    ['capitals', { 'openstack-api-version': 'Compute 2.3' }, '2.3'],
  ])('row 60: is that of %s', async (_what, headers, version) => {
    const response = await ask(api, headers)
    expect([response.status, response.text()]).toEqual([200, version])
    expect(response.headers).toMatchObject({
      'openstack-api-version': `compute ${version}`,
      'x-openstack-nova-api-version': version,
      vary: 'OpenStack-API-Version, X-OpenStack-Nova-API-Version',
    })
  })

  it.each(['2.91', '3.0', '1.9', '2.0'])('row 60: %s is refused with 406 and the range', async (version) => {
    const response = await ask(api, { 'openstack-api-version': `compute ${version}` })
    expect([response.status, response.json()]).toEqual([
      406,
      {
        computeFault: {
          code: 406,
          message: `Version ${version} is not supported by the API. Minimum is 2.1 and maximum is 2.90.`,
        },
      },
    ])
    expect(response.headers.vary).toBe('OpenStack-API-Version, X-OpenStack-Nova-API-Version')
    expect(response.headers).not.toHaveProperty('openstack-api-version')
  })

  it.each(['2', '2.01', '02.1', '2.1.1', 'v2.1', '2.x', '2. 1', '-2.1', `2.${'9'.repeat(400)}`])(
    'row 60: %s is refused with 400',
    async (version) => {
      const response = await ask(api, { 'openstack-api-version': `compute ${version}` })
      expect(response.status).toBe(400)
      expect(response.json()).toMatchObject({
        badRequest: { message: expect.stringContaining('invalid format') as string },
      })
    },
  )

  it('row 60: is told with errors of the API as well', async () => {
    const app = microversions(nova)(() => {
      throw new NotFound('gone')
    })
    const response = await ask(app)
    expect([response.status, response.headers['openstack-api-version']]).toEqual([404, 'compute 2.1'])
  })

  it('row 60: is neither seen nor told behind legacy_v2_compatible', async () => {
    const response = await ask(legacyV2Compatible()(api), { 'openstack-api-version': 'compute 2.27' })
    expect(response.text()).toBe('2.1')
    for (const name of ['openstack-api-version', 'x-openstack-nova-api-version', 'vary']) {
      expect(response.headers).not.toHaveProperty(name)
    }
  })

  it('row 60: bodies with unknown attributes pass behind legacy_v2_compatible, without them', async () => {
    const created: unknown[] = []
    const plugin = {
      get_toys: () => [],
      create_toy: (_context: unknown, body: { toy: object }) => {
        created.push({ ...body.toy })
        return body.toy
      },
    }
    const { toys } = attributeMap({ toys: { name: { allow_post: true, is_visible: true } } })
    const map = new Mapper()
    const controller = collectionController(plugin, toys, { collection: 'toys', resource: 'toy' })
    map.resource('toy', 'toys', { controller: resource(controller) })
    const app = router(map)
    const post = {
      method: 'POST',
      path: '/toys',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ toy: { name: 'top', spin: 7 } }),
    }
    expect((await inject(app, post)).status).toBe(400)
    expect((await inject(legacyV2Compatible()(app), post)).status).toBe(201)
    expect(created).toEqual([{ name: 'top' }])
  })

  it.each([{ min: '2' }, { max: '2.x' }, { min: '2.10', max: '2.9' }])('is refused as an option: %j', (options) => {
    expect(() => microversions({ ...nova, ...options })).toThrow(RangeError)
  })
})

describe('handlers of versions', () => {
  const controller = resource({
    index: versioned(
      { min: '2.10' },
      () => ({ new: true }),
      versioned({ max: '2.5' }, () => ({ old: true })),
    ),
    show: () => ({ all: true }),
  })
  const map = new Mapper()
  map.resource('server', 'servers', { controller })
  const app = microversions(nova)(router(map))

  it.each([
    ['2.1', 200, { old: true }],
    ['2.5', 200, { old: true }],
    ['2.6', 404, { error: { code: 404, message: 'API version 2.6 is not supported on this method.' } }],
    ['2.10', 200, { new: true }],
    ['2.90', 200, { new: true }],
  ])('row 60: %s gets %i', async (version, status, body) => {
    const response = await ask(app, { 'openstack-api-version': `compute ${version}` }, { path: '/servers' })
    expect([response.status, response.json()]).toEqual([status, body])
  })

  it('tell their versions in the OpenAPI document', () => {
    const { paths } = openApiDocument({ title: 'x', version: '1', routes: map })
    expect(paths['/servers']?.get?.['x-openstack']).toEqual({ versions: [{ 'min-ver': '2.10' }, { 'max-ver': '2.5' }] })
    expect(paths['/servers/{id}']?.get).not.toHaveProperty('x-openstack')
  })

  it('say when nothing finds out the version', async () => {
    const log: unknown[] = []
    const alone = resource(
      { index: versioned({ min: '2.1' }, () => ({})) },
      { log: { error: (fields) => log.push(fields) } },
    )
    const unversioned = new Mapper()
    unversioned.resource('server', 'servers', { controller: alone })
    expect((await inject(router(unversioned), { path: '/servers' })).status).toBe(500)
    expect(log).toMatchObject([{ err: { message: expect.stringContaining('without microversions()') as string } }])
  })
})

describe('a microversion', () => {
  const number = fc.integer({ min: 0, max: 999_999 })
  const version = fc.tuple(number, number).map(([major, minor]) => new Microversion(major + 1, minor))

  it('is read as it is written', () => {
    fc.assert(
      fc.property(version, (one) => {
        expect(Microversion.parse(one.toString())).toEqual(one)
      }),
    )
  })

  it('is before, after or the same', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        const isSame = a.toString() === b.toString()
        expect(Number(a.isBefore(b)) + Number(b.isBefore(a)) + Number(isSame)).toBe(1)
        expect(a.isWithin(a, a)).toBe(true)
        expect(a.isWithin(null, b)).toBe(isSame || a.isBefore(b))
      }),
    )
  })
})
