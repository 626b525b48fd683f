// Gives every request an id that stays the same across services: the caller's, or a new one. As in
// oslo.middleware it goes to the app in a request header and not back to the client. Runs in workers.
import { randomUUID } from 'node:crypto'
import type { Filter, FilterFactory, HttpRequest } from '../http/index.ts'
import { setHeader } from './keystone/identity-headers.ts'

declare module '../http/contract.ts' {
  interface Environ {
    /** Made or taken over by the correlation_id filter. */
    correlationId?: string
  }
}

const header = 'x-correlation-id'

export function correlationId(): Filter {
  return (app) => (req) => {
    identify(req)
    return app(req)
  }
}

function identify(req: HttpRequest): void {
  // WSGI cannot tell the two spellings apart, and the original documents the one with underscores.
  const given = req.header(header) ?? req.header('x_correlation_id')
  const id = given === undefined || given === '' ? randomUUID() : given
  if (req.header(header) !== id) setHeader(req.node.message, header, id)
  req.environ.correlationId = id
}

/** `paste.filter_factory`; takes no settings. */
export const filterFactory: FilterFactory = () => correlationId()
