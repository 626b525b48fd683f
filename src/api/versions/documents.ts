// The apps at the roots of an API, which tell clients what versions there are: in nova's form, glance's and neutron's. Run in
// workers. Which version a request is for is the deployment file's to decide (mounts), or versionnegotiation's.
import { type App, HttpError, type HttpRequest, json } from '../../http/index.ts'
import { type ApiVersion, baseOf, choices, isRoot, mountOf, readOnly, type VersionsOptions } from './api-version.ts'

/** The list at the root, and 300 with the same path in each version for all other paths. */
export function novaVersions(versions: readonly ApiVersion[], options: VersionsOptions = {}): App {
  return readOnly((req) => {
    const base = baseOf(req, options)
    if (isRoot(req)) return json({ versions: versions.map((version) => listed(version, base)) })
    return choices({ choices: versions.map((version) => choice(version, base, req.pathInfo)) })
  })
}

function listed(version: ApiVersion, base: string): object {
  const { id, status, version: newest = '', minVersion = '', updated = '' } = version
  const links = [{ rel: 'self', href: `${base}${mountOf(version)}/` }]
  return { id, status, version: newest, min_version: minVersion, updated, links }
}

function choice(version: ApiVersion, base: string, path: string): object {
  const { id, status, mediaTypes = [] } = version
  return {
    id,
    status,
    links: [{ rel: 'self', href: `${base}${mountOf(version)}${path}` }],
    'media-types': mediaTypes,
  }
}

/** The document of one version, at its mount: nova's `/v2.1/`. */
export function novaVersion(version: ApiVersion, options: VersionsOptions = {}): App {
  const { id, status, version: newest = '', minVersion = '', updated = '', mediaTypes = [], links = [] } = version
  const rest = { id, status, version: newest, min_version: minVersion, updated }
  return readOnly((req) => {
    if (!isRoot(req)) return new HttpError(404).toResponse(req)
    const self = { rel: 'self', href: `${ownBase(req, version, options)}/` }
    return json({ version: { ...rest, links: [self, ...links], 'media-types': mediaTypes } })
  })
}

/** A public endpoint is that of the whole API, the mount of the request the version's own. */
function ownBase(req: HttpRequest, version: ApiVersion, options: VersionsOptions): string {
  return options.publicEndpoint ? `${baseOf(req, options)}${mountOf(version)}` : baseOf(req, {})
}

/** The same list everywhere: 200 at `/versions`, 300 at the root and for what is no version. */
export function glanceVersions(versions: readonly ApiVersion[], options: VersionsOptions = {}): App {
  return readOnly((req) => {
    const base = baseOf(req, options)
    const document = { versions: versions.map((version) => brief(version, base)) }
    return /^\/versions\/?$/u.test(req.pathInfo) ? json(document) : choices(document)
  })
}

/** The list at the root; all else is 404. */
export function neutronVersions(versions: readonly ApiVersion[], options: VersionsOptions = {}): App {
  return readOnly((req) => {
    if (!isRoot(req)) return new HttpError(404).toResponse(req)
    const base = baseOf(req, options)
    return json({ versions: versions.map((version) => brief(version, base)) })
  })
}

function brief(version: ApiVersion, base: string): object {
  const { id, status } = version
  return { id, status, links: [{ rel: 'self', href: `${base}${mountOf(version)}/` }] }
}

export interface ResourceName {
  /** `subnet` */
  readonly name: string
  /** `subnets` */
  readonly collection: string
}

/** What collections a version has: neutron's `/v2.0/`. Without the slash it is 404. */
export function neutronResources(resources: readonly ResourceName[], options: VersionsOptions = {}): App {
  return readOnly((req) => {
    if (req.pathInfo !== '/') return new HttpError(404).toResponse(req)
    const base = baseOf(req, options)
    const mount = options.publicEndpoint ? req.scriptName : ''
    const described = resources.map(({ name, collection }) => ({
      name,
      collection,
      links: [{ rel: 'self', href: `${base}${mount}/${collection}` }],
    }))
    return json({ resources: described })
  })
}
