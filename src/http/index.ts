// The public surface of the room: the application contract, responses, the edge, inject, the bridges.
export { adoptApp, adoptFilter } from './adopt.ts'
export type { App, Environ, Filter, HeaderValue, HttpResponse, ResponseBody, ResponseHeaders } from './contract.ts'
export { ClientGone, isClientGone } from './client-gone.ts'
export { fromConnect, type ConnectMiddleware } from './connect.ts'
export { createEdge, type Edge, type EdgeOptions } from './edge.ts'
export type {
  AppFactory,
  CompositeFactory,
  Declared,
  FactoryContext,
  FilterAppFactory,
  FilterFactory,
  GlobalConf,
  Loader,
  Place,
  Serve,
  ServerFactory,
  ServerRunner,
  Settings,
} from './factory.ts'
export { fromFetch, type FetchHandler } from './fetch.ts'
export { inject, type InjectedResponse, type InjectOptions } from './inject.ts'
export { fromNode, type NodeListener, toNode } from './node-bridge.ts'
export type { ErrorLog } from './normalise.ts'
export type { RequestBody } from './body.ts'
export { HttpRequest } from './request.ts'
export {
  appendVary,
  empty,
  escapeHtml,
  html,
  HttpError,
  type HttpErrorParts,
  json,
  redirect,
  text,
} from './responses.ts'
