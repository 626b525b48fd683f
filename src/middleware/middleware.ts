// The base of filters for people who bring OpenStack middleware: `processRequest` before the app,
// `processResponse` after it, as oslo.middleware's classes have them. Runs in workers. A filter that needs
// neither is shorter as a function from app to app.
import type { OptionGroup, ValuesOf } from '../config/index.ts'
import type { App, FactoryContext, Filter, GlobalConf, HttpRequest, HttpResponse, Settings } from '../http/index.ts'
import { type Answer, withResponse } from './answer.ts'

type Nothing = undefined | null | void

/** What a filter does; either half may be left out, both may answer at once or with a promise. */
export interface Processing {
  /** A response ends the request: neither the app nor `processResponse` sees it. Nothing lets it go on. */
  processRequest?(req: HttpRequest): HttpResponse | Nothing | Promise<HttpResponse | Nothing>
  /** The app's response, or what it raised as an HttpError, may be changed or replaced. */
  processResponse?(response: HttpResponse, req: HttpRequest): Answer
}

/** The filter that does it. No promise is made where none of the three parties makes one. */
export function middleware(processing: Processing): Filter {
  return (app) => (req) => processed(processing, app, req)
}

function processed(processing: Processing, app: App, req: HttpRequest): Answer {
  const begun = processing.processRequest?.(req)
  if (begun instanceof Promise) return begun.then((response) => response ?? passOn(processing, app, req))
  return begun ?? passOn(processing, app, req)
}

function passOn(processing: Processing, app: App, req: HttpRequest): Answer {
  if (processing.processResponse === undefined) return app(req)
  return withResponse(app, req, (response) => processing.processResponse?.(response, req) ?? response)
}

/**
 * A `paste.filter_factory` of it: `export const filterFactory = middlewareFactory((settings) => ({ … }))`. With `options` the
 * settings arrive typed, and `slipway check` knows them.
 */
export function middlewareFactory(
  make: (settings: Settings, context: FactoryContext) => Processing,
): FilterMaker<Settings>
export function middlewareFactory<G extends OptionGroup>(
  make: (settings: ValuesOf<G>, context: FactoryContext) => Processing,
  options: G,
): FilterMaker<ValuesOf<G>> & { readonly options: G }
export function middlewareFactory(
  make: (settings: never, context: FactoryContext) => Processing,
  options?: OptionGroup,
): FilterMaker<never> {
  const factory: FilterMaker<never> = (_globalConf, settings, context) => middleware(make(settings, context))
  return options === undefined ? factory : Object.assign(factory, { options })
}

type FilterMaker<S> = (globalConf: GlobalConf, settings: S, context: FactoryContext) => Filter

/**
 * The same as a class to derive from, named in a deployment file as `paste.filter_factory = shop.filters:Stamp.factory`.
 * Whoever needs more than the two methods overrides `call`.
 */
export class Middleware implements Processing {
  readonly application: App
  /** The globals of the section with its own settings over them. */
  readonly conf: Readonly<Record<string, unknown>>

  /** `paste.filter_factory`; one instance for every pipeline that it stands in. */
  static factory(
    this: new (application: App, conf: Middleware['conf']) => Middleware,
    globalConf: GlobalConf,
    settings: Settings,
  ): Filter {
    const conf = { ...globalConf, ...settings }
    return (app) => {
      const instance = new this(app, conf)
      return (req) => instance.call(req)
    }
  }

  constructor(application: App, conf: Middleware['conf'] = {}) {
    this.application = application
    this.conf = conf
  }

  processRequest(_req: HttpRequest): HttpResponse | Nothing | Promise<HttpResponse | Nothing> {
    return undefined
  }

  processResponse(response: HttpResponse, _req: HttpRequest): Answer {
    return response
  }

  call(req: HttpRequest): Answer {
    return processed(this, this.application, req)
  }
}
