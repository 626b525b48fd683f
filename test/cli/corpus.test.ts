// The deployment files of OpenStack's services through the command: the way of a request through each.
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { project, slipway } from './slipway.ts'

const corpus = `${project}../shared/corpus`
const isHere = existsSync(corpus)
const unless = isHere ? '' : ' (not run: there is no ../shared/corpus beside the project)'

interface Case {
  readonly target: string
  readonly path: string
  readonly flavour?: string
  /** `composite > filters > app`, as named in the file. */
  readonly way: string
  readonly scriptName: string
}

const cases: readonly Case[] = [
  {
    target: 'nova/api-paste.ini#osapi_compute',
    path: '/v2.1/servers',
    flavour: 'keystone',
    way: 'osapi_compute > openstack_compute_api_v21 > cors > http_proxy_to_wsgi > compute_req_id > faultwrap > request_log > sizelimit > osprofiler > authtoken > keystonecontext > osapi_compute_app_v21',
    scriptName: '/v2.1',
  },
  {
    target: 'nova/api-paste.ini#osapi_compute',
    path: '/v2.1',
    flavour: 'keystone',
    way: 'osapi_compute > cors > compute_req_id > faultwrap > request_log > http_proxy_to_wsgi > oscomputeversionapp_v2',
    scriptName: '/v2.1',
  },
  {
    target: 'nova/api-paste.ini#osapi_compute',
    path: '/v2/servers',
    way: 'osapi_compute > openstack_compute_api_v21_legacy_v2_compatible > cors > http_proxy_to_wsgi > compute_req_id > faultwrap > request_log > sizelimit > osprofiler > authtoken > keystonecontext > legacy_v2_compatible > osapi_compute_app_v21',
    scriptName: '/v2',
  },
  {
    target: 'nova/api-paste.ini#metadata',
    path: '/latest/meta-data',
    way: 'metadata > cors > http_proxy_to_wsgi > metaapp',
    scriptName: '',
  },
  {
    target: 'glance/glance-api-paste.ini#glance-api',
    path: '/v2/images',
    flavour: 'keystone+caching',
    way: 'glance-api > api > cors > http_proxy_to_wsgi > versionnegotiation > osprofiler > authtoken > context > cache > rootapp > apiv2app',
    scriptName: '/v2',
  },
  {
    target: 'glance/glance-api-paste.ini#glance-api',
    path: '/healthcheck',
    way: 'glance-api > healthcheck',
    scriptName: '/healthcheck',
  },
  {
    target: 'neutron/api-paste.ini#neutron',
    path: '/v2.0/networks',
    flavour: 'keystone',
    way: 'neutron > neutronapi_v2_0 > cors > http_proxy_to_wsgi > request_id > catch_errors > osprofiler > authtoken > keystonecontext > extensions > neutronapiapp_v2_0',
    scriptName: '/v2.0',
  },
  {
    target: 'neutron/api-paste.ini#neutron',
    path: '/',
    flavour: 'noauth',
    way: 'neutron > neutronversions_composite > cors > http_proxy_to_wsgi > neutronversions',
    scriptName: '',
  },
  {
    target: 'tacker/api-paste.ini#tacker',
    path: '/vnflcm/v2/vnf_instances',
    flavour: 'keystone',
    way: 'tacker > vnflcm_v2 > request_id > catch_errors > authtoken > keystonecontext > vnflcmaapp_v2',
    scriptName: '/vnflcm/v2',
  },
  {
    target: 'tacker/api-paste.ini#tacker',
    path: '/vnflcm/api_versions',
    flavour: 'noauth',
    way: 'tacker > vnflcm_versions > request_id > catch_errors > vnflcm_api_versions',
    scriptName: '/vnflcm',
  },
  {
    target: 'tacker/api-paste.ini#tacker',
    path: '/alert/auto_scaling/1',
    way: 'tacker > prometheus_auto_scaling',
    scriptName: '/alert/auto_scaling',
  },
  {
    target: 'gnocchi/api-paste.ini#gnocchi+keystone',
    path: '/v1/metric',
    way: 'gnocchi+keystone > keystone_authtoken > gnocchiv1',
    scriptName: '/v1',
  },
  {
    target: 'cinder/api-paste.ini#osapi_volume',
    path: '/v3/volumes',
    flavour: 'keystone',
    way: 'osapi_volume > openstack_volume_api_v3 > request_id > cors > http_proxy_to_wsgi > faultwrap > sizelimit > osprofiler > authtoken > keystonecontext > apiv3',
    scriptName: '/v3',
  },
  {
    target: 'heat/api-paste.ini#heat-api',
    path: '/stacks',
    flavour: 'standalone',
    way: 'heat-api > api > cors > request_id > faultwrap > http_proxy_to_wsgi > versionnegotiation > authurl > authpassword > context > apiv1app',
    scriptName: '',
  },
  {
    target: 'swift/proxy-server.conf-sample#main',
    path: '/v1/AUTH_x',
    way: 'catch_errors > gatekeeper > healthcheck > proxy-logging > cache > listing_formats > container_sync > bulk > tempurl > ratelimit > tempauth > copy > container-quotas > account-quotas > mpu > slo > dlo > versioned_writes > symlink > proxy-logging > proxy-server',
    scriptName: '',
  },
  {
    target: 'swift/account-server.conf-sample',
    path: '/sda1',
    way: 'healthcheck > recon > backend_ratelimit > account-server',
    scriptName: '',
  },
  {
    target: 'seeds/nova-api-paste.ini#osapi_compute',
    path: '/v2.1/servers',
    flavour: 'noauth2',
    way: 'osapi_compute > openstack_compute_api_v21 > cors > http_proxy_to_wsgi > compute_req_id > faultwrap > request_log > sizelimit > osprofiler > noauth2 > osapi_compute_app_v21',
    scriptName: '/v2.1',
  },
  {
    target: 'seeds/glance-api-paste.ini#glance-api-keystone+cachemanagement',
    path: '/v2/images',
    way: 'cors > healthcheck > http_proxy_to_wsgi > versionnegotiation > osprofiler > authtoken > context > cache > cachemanage > rootapp > apiv2app',
    scriptName: '/v2',
  },
]

interface Answer {
  readonly status: number
  readonly body: string
  readonly path: readonly { readonly kind: string; readonly name: string; readonly where: { readonly file: string } }[]
}

describe.skipIf(!isHere)(`deployment files of OpenStack, unedited${unless}`, () => {
  it.each(cases)('$target: $path goes $way', async ({ target, path, flavour, way, scriptName }) => {
    const args = ['inject', `${corpus}/${target}`, 'GET', path, '--stand-in=all', '--json']
    const outcome = await slipway(flavour === undefined ? args : [...args, '--flavour', flavour], { cwd: project })
    expect(outcome).toMatchObject({ status: 0, stderr: '' })
    const answer = JSON.parse(outcome.stdout) as Answer
    expect(answer.path.map(({ name }) => name).join(' > ')).toBe(way)
    expect(answer.path.at(-1)?.kind).toBe('app')
    const body = JSON.parse(answer.body) as { scriptName: string; pathInfo: string; filters: string[] }
    expect(body).toMatchObject({ scriptName, pathInfo: path.slice(scriptName.length) })
    expect(body.filters).toEqual(answer.path.filter(({ kind }) => kind === 'filter').map(({ name }) => name))
  })

  it('a wrong flavour is told with the option, its value and the keys there are', async () => {
    const target = `${corpus}/glance/glance-api-paste.ini#glance-api`
    const args = ['inject', target, 'GET', '/', '--stand-in=all', '--flavour', 'keystone+cach']
    const { status, stdout, stderr } = await slipway(args, { cwd: project })
    expect({ status, stdout }).toEqual({ status: 78, stdout: '' })
    expect(stderr).toContain('SLIPWAY_PASTE_STRATEGY: [composite:api] has no pipeline for --flavour = "keystone+cach"')
    expect(stderr).toMatch(/glance-api-paste\.ini:\d+:1\n/u)
    expect(stderr).toContain(
      'it has default, caching, cachemanagement, keystone, keystone+caching, keystone+cachemanagement',
    )
  })
})
