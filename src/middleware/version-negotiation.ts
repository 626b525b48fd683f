// Finds the version of the API that a request is for, in its Accept header or in the first segment of its
// path, and writes the path as the app inside knows it: /v2/…. Who asks for none that there is gets the list.
// glance's versionnegotiation. Runs in workers. Microversions are the app's affair.
import { group, list, str, type ValuesOf } from '../config/index.ts'
import { SlipwayError, type Where } from '../errors.ts'
import { type Filter, type FilterFactory, type HttpRequest, type HttpResponse, json } from '../http/index.ts'

export const versionNegotiationGroup = group('version_negotiation', {
  versions: list({
    default: ['v2.0:CURRENT'],
    help: 'Versions that the app has, newest first, each with its status: v2.1:CURRENT, v2.0:SUPPORTED. The app finds all of a major one under /v2.',
  }),
  media_type: str({
    default: 'application/vnd.openstack.images-',
    help: 'What a media type in Accept begins with that names a version behind it.',
  }),
  public_endpoint: str({ help: 'Address of the API in links. Taken from the request unless set.' }),
})

export type VersionNegotiationSettings = ValuesOf<typeof versionNegotiationGroup>

declare module '../http/contract.ts' {
  interface Environ {
    /** The version that the client asks for, `2` or `2.1`; set by versionnegotiation. */
    apiVersion?: string
  }
}

interface ApiVersion {
  readonly id: string
  readonly major: string
  readonly status: string
}

/** @throws SlipwayError SLIPWAY_CONFIG_VALUE for a version that is none */
export function versionNegotiation(settings: VersionNegotiationSettings, where: Where | null = null): Filter {
  const versions = settings.versions.map((text) => parseVersion(text, where))
  // `v2` is every v2.N; which of them a request is for, the app decides.
  const known = new Set(versions.flatMap(({ id, major }) => [id, `v${major}`]))
  const { media_type: mediaType } = settings
  const listed = (req: HttpRequest, status: number): HttpResponse =>
    json(
      { versions: versions.map((version) => describe(version, settings.public_endpoint || req.applicationUrl)) },
      status,
    )
  return (app) => (req) => {
    const [segment, rest] = firstSegment(req.pathInfo)
    if (segment === 'versions') return listed(req, 200)
    const accept = req.header('accept')
    const isAccepted = accept !== undefined && accept.startsWith(mediaType)
    const asked = isAccepted ? (/^[^\s,;]*/u.exec(accept.slice(mediaType.length))?.[0] ?? '') : segment
    if (!known.has(asked)) return listed(req, 300)
    req.environ.apiVersion = asked.slice(1)
    req.pathInfo = `/v${asked.slice(1).split('.', 1)[0]}${isAccepted ? req.pathInfo : rest}`
    return app(req)
  }
}

function parseVersion(text: string, where: Where | null): ApiVersion {
  const [, id = '', major = '', status = 'SUPPORTED'] = /^(v(\d+)(?:\.\d+)?)(?::([A-Z]+))?$/u.exec(text) ?? []
  if (id !== '') return { id, major, status }
  throw new SlipwayError('SLIPWAY_CONFIG_VALUE', `"versions" cannot have the item "${text}"`, {
    where,
    found: text,
    expected: 'a version and its status: v2.1:CURRENT',
  })
}

function firstSegment(path: string): [segment: string, rest: string] {
  const end = path.indexOf('/', 1)
  return end === -1 ? [path.slice(1), ''] : [path.slice(1, end), path.slice(end)]
}

function describe({ id, major, status }: ApiVersion, base: string) {
  return { id, status, links: [{ rel: 'self', href: `${base.replace(/\/+$/u, '')}/v${major}/` }] }
}

/** `paste.filter_factory` */
export const filterFactory = Object.assign(
  ((_globalConf, settings, { where }) =>
    versionNegotiation(settings, where)) satisfies FilterFactory<VersionNegotiationSettings>,
  { options: versionNegotiationGroup },
)
