// Finds the microversion that a request asks for, and tells it with the answer: `OpenStack-API-Version: compute 2.1`, as nova
// and the API guidelines have it. A filter around the app of one API version; runs in workers.
import { appendVary, type Filter, HttpError, type HttpRequest, type HttpResponse } from '../../http/index.ts'
import { withResponse } from '../../middleware/answer.ts'
import { errorFault, type Fault } from '../responses/faults.ts'
import { BadRequest, NotAcceptable } from '../responses/http-errors.ts'
import { Microversion } from './microversion.ts'

declare module '../../http/contract.ts' {
  interface Environ {
    /** What the request is to be answered by; set by `microversions`. */
    microversion?: Microversion
  }
}

export interface MicroversionsOptions {
  /** `compute`: the service's type, which stands before the number. */
  readonly service: string
  /** The oldest, which those get who ask for none. */
  readonly min: string
  readonly max: string
  /** An older header with the number alone: `X-OpenStack-Nova-API-Version`. */
  readonly legacyHeader?: string
  /** How refusals look. */
  readonly fault?: Fault
}

/** @throws RangeError for versions that are none, or a range without any */
export function microversions(options: MicroversionsOptions): Filter {
  const { service, fault = errorFault } = options
  const min = Microversion.of(options.min)
  const max = Microversion.of(options.max)
  if (max.isBefore(min)) throw new RangeError(`no microversion is between ${min.toString()} and ${max.toString()}`)
  const names = ['OpenStack-API-Version', ...(options.legacyHeader === undefined ? [] : [options.legacyHeader])]
  const find = (req: HttpRequest): Microversion => {
    const asked = askedFor(req, service, options.legacyHeader)
    return asked === null ? min : versionOf(asked, min, max)
  }
  const told = (response: HttpResponse, version: Microversion | null): HttpResponse => {
    for (const name of names) appendVary(response, name)
    if (version === null) return response
    const text = version.toString()
    response.headers['openstack-api-version'] = `${service} ${text}`
    if (options.legacyHeader !== undefined) response.headers[options.legacyHeader.toLowerCase()] = text
    return response
  }
  return (app) => (req) => {
    let version: Microversion
    try {
      version = find(req)
    } catch (error) {
      if (error instanceof HttpError) return told(fault(error, req), null)
      throw error
    }
    req.environ.microversion = version
    return withResponse(app, req, (response) => told(response, version))
  }
}

/** The last entry for the service counts, as in microversion-parse; then the older header. */
function askedFor(req: HttpRequest, service: string, legacyHeader: string | undefined): string | null {
  const entries = (req.header('openstack-api-version') ?? '').split(',').toReversed()
  for (const entry of entries) {
    const [named, ...version] = entry.trim().toLowerCase().split(/\s+/u)
    if (named === service.toLowerCase() && version.length > 0) return version.join(' ')
  }
  const legacy = legacyHeader === undefined ? undefined : req.header(legacyHeader)
  return legacy?.trim().toLowerCase() || null
}

/** @throws HttpError 400 for what is none, 406 for one that there is not */
function versionOf(asked: string, min: Microversion, max: Microversion): Microversion {
  if (asked === 'latest') return max
  const version = Microversion.parse(asked)
  if (version === null) {
    throw new BadRequest(`API Version String ${asked} is of invalid format. Must be of format MajorNum.MinorNum.`)
  }
  if (version.isWithin(min, max)) return version
  throw new NotAcceptable(
    `Version ${asked} is not supported by the API. Minimum is ${min.toString()} and maximum is ${max.toString()}.`,
  )
}
