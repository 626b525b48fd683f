// Filters round apps while a pipeline is built. What a filter_app_factory makes may be a promise,
// which the type of a filter does not say: a request never meets one.
import { adoptApp, type App, type Filter } from '../http/index.ts'

type Wrapping = (app: App) => App | Promise<App>

export async function wrapFilter(filter: Filter, app: App): Promise<App> {
  return adoptApp(await (filter as Wrapping)(app))
}

/** The outer filter round the inner one. */
export function composeFilters(outer: Filter, inner: Filter): Filter {
  const composed: Wrapping = (app) => {
    const wrapped = (inner as Wrapping)(app)
    return wrapped instanceof Promise ? wrapped.then(outer) : outer(wrapped)
  }
  return composed as Filter
}
