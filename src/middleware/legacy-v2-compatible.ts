// Makes a versioned compute API answer like the one before it: the microversion that a client asks for is
// not seen by the app, and the app's own is not seen by the client. Runs in workers. What "relaxed" means
// for the validation of bodies is the app's affair; it asks `environ.isLegacyV2`.
import type { Filter, FilterFactory, HttpResponse } from '../http/index.ts'
import { withResponse } from './answer.ts'
import { removeHeader } from './remove-header.ts'

declare module '../http/contract.ts' {
  interface Environ {
    /** Set by legacy_v2_compatible: microversions are off, and input is validated as version 2 did. */
    isLegacyV2?: boolean
  }
}

const microversionHeaders = ['openstack-api-version', 'x-openstack-nova-api-version']

export function legacyV2Compatible(): Filter {
  return (app) => (req) => {
    for (const name of microversionHeaders) removeHeader(req.node.message, name)
    req.environ.isLegacyV2 = true
    return withResponse(app, req, unversioned)
  }
}

function unversioned(response: HttpResponse): HttpResponse {
  const { headers } = response
  for (const name of microversionHeaders) delete headers[name]
  if (headers.vary === undefined) return response
  const kept = String(headers.vary)
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !microversionHeaders.includes(name.toLowerCase()))
  if (kept.length > 0) headers.vary = kept.join(', ')
  else delete headers.vary
  return response
}

/** `paste.filter_factory`; takes no settings. */
export const filterFactory: FilterFactory = () => legacyV2Compatible()
