// The request in whose course something is logged, carried along by AsyncLocalStorage.
// What is in it stands in every line that is logged meanwhile; secrets are left out by redact.ts.
import { AsyncLocalStorage } from 'node:async_hooks'

/** Fields of log lines, under their names in the log. */
export interface RequestContext {
  readonly request_id?: string | undefined
  readonly global_request_id?: string | undefined
  readonly user?: string | undefined
  readonly project?: string | undefined
  readonly [field: string]: unknown
}

const storage = new AsyncLocalStorage<RequestContext>()

/** Calls `fn`; all that it does, now and later, is done in this context. */
export function runInContext<T>(context: RequestContext, fn: () => T): T {
  return storage.run(context, fn)
}

export function currentContext(): RequestContext | undefined {
  return storage.getStore()
}
