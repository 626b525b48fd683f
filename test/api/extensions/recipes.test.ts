// Two recipes of the originals, whole: a new core resource of nova's API, and tacker's plugin that holds drivers by entry points
// behind an extension.
import { describe, expect, it } from 'vitest'
import {
  attributeMap,
  type Call,
  collectionController,
  Conflict,
  ExtensionDescriptor,
  extensionFilter,
  extensionRoutes,
  type MemberParams,
  Mapper,
  neutronFault,
  NotFound,
  novaFault,
  openApiDocument,
  resource,
  ResourceExtension,
  router,
} from '../../../src/api/index.ts'
import {
  DriverManager,
  drivers,
  EnabledExtensionManager,
  ExtensionManager,
  HookManager,
} from '../../../src/entrypoints/index.ts'
import { inject, text } from '../../../src/http/index.ts'
import { setContext } from '../../../src/middleware/index.ts'
import { createUrlmap } from '../../../src/paste/index.ts'
import { projectFolder } from '../../entrypoints/project-folder.ts'
import { load } from './gadgets.ts'

describe('a core resource', () => {
  class Documents {
    readonly #documents = new Map<string, { id: string; title: string }>()

    index() {
      return { documents: [...this.#documents.values()] }
    }

    create({ body }: Call<MemberParams, { document: { id: string; title: string } }>) {
      const { document } = body
      if (this.#documents.has(document.id)) throw new Conflict(`Document ${document.id} exists.`)
      this.#documents.set(document.id, document)
      return { document }
    }

    show({ params: { id } }: Call<MemberParams>) {
      const document = this.#documents.get(id)
      if (document === undefined) throw new NotFound(`Document ${id} could not be found.`)
      return { document }
    }

    update(call: Call<MemberParams, { document: { title: string } }>) {
      return { document: Object.assign(this.show(call).document, call.body.document) }
    }

    delete({ params: { id } }: Call<MemberParams>) {
      this.#documents.delete(id)
    }
  }

  const map = new Mapper()
  const controller = resource(new Documents(), { fault: novaFault })
  map.resource('document', 'os-documents', { controller, pathPrefix: '/{tenant_id}' })
  const app = createUrlmap([{ domain: null, path: '/v2', app: router(map, { fault: novaFault }) }], null)

  it('row 32: answers the five requests of a collection below a tenant', async () => {
    const ask = async (method: string, path: string, body?: object) => {
      const sent =
        body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
      const response = await inject(app, { method, path: `/v2/t1/os-documents${path}`, ...sent })
      return [response.status, response.body.length === 0 ? null : response.json()]
    }
    const document = { id: '7', title: 'seven' }
    expect(await ask('POST', '', { document })).toEqual([201, { document }])
    expect(await ask('GET', '')).toEqual([200, { documents: [document] }])
    expect(await ask('PUT', '/7', { document: { title: 'VII' } })).toEqual([
      200,
      { document: { id: '7', title: 'VII' } },
    ])
    expect(await ask('GET', '/7')).toEqual([200, { document: { id: '7', title: 'VII' } }])
    expect(await ask('DELETE', '/7')).toEqual([204, null])
    expect(await ask('GET', '/7')).toEqual([
      404,
      { itemNotFound: { code: 404, message: 'Document 7 could not be found.' } },
    ])
  })
})

/** A driver of tacker's kinds: a class whose instance says what it has done. */
const driver = (name: string, method: string) => `export class ${name} {
  constructor(made = 'alone') { this.made = made }
  ${method}(what) { return '${name} ' + what }
}
`

const manifest = `[metadata]
name = vnfm

[options]
package_dir =
    vnfm = .

[entry_points]
vnfm.infra_drivers =
    noop = vnfm.infra:Noop
    openstack = vnfm.infra:OpenStack
    broken = vnfm.nowhere:Nothing
vnfm.mgmt_drivers =
    openwrt = vnfm.mgmt:OpenWrt
vnfm.monitor_drivers =
    ping = vnfm.monitor:Ping
    http_ping = vnfm.monitor:HttpPing
`

function vnfmFolder(): string {
  return projectFolder({
    'package.json': '{"name":"vnfm","type":"module"}',
    'setup.cfg': manifest,
    'infra.js': driver('Noop', 'create') + driver('OpenStack', 'create'),
    'mgmt.js': driver('OpenWrt', 'configure'),
    'monitor.js': driver('Ping', 'watch') + driver('HttpPing', 'watch'),
  })
}

describe('a plugin with drivers', () => {
  it('row 40: has one driver by name, hooks by name, all of a namespace, and is told what cannot be loaded', async () => {
    const from = vnfmFolder()
    const options = { from, invokeOnLoad: true, invokeArgs: ['by the plugin'] }
    const infra = await DriverManager.load<{ create(what: string): string; made: string }>(
      'vnfm.infra_drivers',
      'openstack',
      options,
    )
    expect([infra.driver.create('vdu'), infra.driver.made]).toEqual(['OpenStack vdu', 'by the plugin'])
    const mgmt = await HookManager.load<{ configure(what: string): string }>('vnfm.mgmt_drivers', 'openwrt', options)
    expect(await mgmt.map(({ driver }) => driver.configure('fw'))).toEqual(['OpenWrt fw'])
    const monitors = await EnabledExtensionManager.load<{ watch(what: string): string }>(
      'vnfm.monitor_drivers',
      ({ name }) => name !== 'http_ping',
      options,
    )
    expect(await monitors.map(({ driver }) => driver.watch('vm'))).toEqual(['Ping vm'])
    const failures: string[] = []
    const all = await ExtensionManager.load('vnfm.infra_drivers', {
      ...options,
      onLoadFailureCallback: ({ entryPoint }) => failures.push(entryPoint.name),
    })
    expect([all.names(), failures]).toEqual([['noop', 'openstack'], ['broken']])
  })

  it('row 40: serves an extension of which the plugin knows the alias', async () => {
    const from = vnfmFolder()
    const infra = drivers<{ create(what: string): string }>('vnfm.infra_drivers', { from })
    class Plugin {
      supported_extension_aliases = ['vnfm']
      readonly #vnfs = new Map<string, object>()

      get_vnfs() {
        return [...this.#vnfs.values()]
      }

      async create_vnf(_context: unknown, { vnf }: { vnf: { name: string; infra: string } }) {
        const driver = await infra.load(vnf.infra)
        const made = { ...vnf, status: driver.create(vnf.name) }
        this.#vnfs.set(vnf.name, made)
        return made
      }
    }
    const plugin = new Plugin()
    class Vnfm extends ExtensionDescriptor {
      getName = () => 'VNFM'
      getAlias = () => 'vnfm'
      getDescription = () => 'Virtual network functions'
      getUpdated = () => '2026-11-22T10:00:00-00:00'
      override getPluginInterface = () => ['get_vnfs', 'create_vnf']
      override getResources = () => {
        const { vnfs } = attributeMap({
          vnfs: {
            name: { allow_post: true, is_visible: true, validate: { 'type:string': 255 } },
            infra: { allow_post: true, is_visible: true, default: 'noop' },
            status: { is_visible: true },
          },
        })
        const controller = collectionController(plugin, vnfs, { collection: 'vnfs', resource: 'vnf' })
        return [new ResourceExtension('vnfs', controller, { member: 'vnf', attrMap: vnfs })]
      }
    }
    const manager = await load({ descriptors: [Vnfm], plugins: { vnfm: plugin } })
    expect(manager.skipped).toEqual([])
    const { map, maps } = extensionRoutes(manager)
    const document = openApiDocument({ title: 'VNFM', version: '1.0', routes: map, maps })
    expect(document.paths['/vnfs']?.post?.operationId).toBe('create_vnf')
    const app = extensionFilter(manager, { resource: { fault: neutronFault('TackerError') } })(() => text('', 404))
    const create = async (vnf: object) => {
      const { status, body } = await inject(
        (req) => {
          setContext(req, { projectId: 'p1' })
          return app(req)
        },
        {
          method: 'POST',
          path: '/vnfs',
          body: JSON.stringify({ vnf }),
          headers: { 'content-type': 'application/json' },
        },
      )
      return [status, JSON.parse(body.toString()) as unknown]
    }
    expect(await create({ name: 'fw' })).toEqual([201, { vnf: { name: 'fw', infra: 'noop', status: 'Noop fw' } }])
    expect(await create({ infra: 'noop' })).toMatchObject([
      400,
      { TackerError: { message: "Failed to parse request. Required attribute 'name' not specified" } },
    ])
    expect((await inject(app, { path: '/vnfs' })).json()).toEqual({
      vnfs: [{ name: 'fw', infra: 'noop', status: 'Noop fw' }],
    })
  })
})
