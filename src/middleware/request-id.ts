// Gives every request an id, in the environ, in the log's context and in the response. The caller's own
// id is kept beside it when it has the form of ours (oslo.middleware's rule). Runs in workers.
import { randomUUID } from 'node:crypto'
import type { Filter, FilterFactory, HttpRequest, HttpResponse } from '../http/index.ts'
import { runInContext } from '../log/index.ts'
import { isPromise } from './answer.ts'
import { errorCatcher } from './place.ts'

/** What stands in every log line of a request. Filters that learn who asks add to it. */
export interface LogFields {
  request_id: string
  global_request_id?: string
  user?: string
  project?: string
  [field: string]: unknown
}

declare module '../http/contract.ts' {
  interface Environ {
    /** The fields of this request's log lines; made by the request_id filter. */
    logFields?: LogFields
  }
}

const header = 'x-openstack-request-id'
const ownForm = /^req-[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/u

/**
 * @param headers the response headers that carry the id; one that the app has set is left alone, and none is
 * added when the app raises
 */
export function requestId(headers: readonly string[] = [header]): Filter {
  const label = (response: HttpResponse, id: string): HttpResponse => {
    for (const name of headers) response.headers[name] ??= id
    return response
  }
  return (app) => (req) => {
    const fields = identify(req)
    const id = fields.request_id
    const answer = runInContext(fields, () => app(req))
    return isPromise(answer) ? answer.then((response) => label(response, id)) : label(answer, id)
  }
}

function identify(req: HttpRequest): LogFields {
  const { environ } = req
  const fields: LogFields = { request_id: `req-${randomUUID()}` }
  environ.requestId = fields.request_id
  const given = req.header(header)
  if (given !== undefined && ownForm.test(given)) {
    environ.globalRequestId = given
    fields.global_request_id = given
  }
  environ.logFields = fields
  return fields
}

const place = {
  roles: ['request-id'],
  outside: { [errorCatcher]: 'answers made of exceptions, and their log lines, have no id' },
}

/** `paste.filter_factory`; takes no settings. */
export const filterFactory: FilterFactory = Object.assign(() => requestId(), { place })

/** As nova's: the id also goes into `x-compute-request-id`. */
export const computeFilterFactory: FilterFactory = Object.assign(() => requestId([header, 'x-compute-request-id']), {
  place,
})
