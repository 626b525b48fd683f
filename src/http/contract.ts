// The application contract: what an app, a filter and a response are (DESIGN: "the WSGI of Node").
// Types only; the request is in request.ts, the writer of responses in edge.ts.
import type { Readable } from 'node:stream'
import type { HttpRequest } from './request.ts'

export type HeaderValue = string | number | readonly string[]

/** Names in lower case. A plain object that belongs to its response. */
export type ResponseHeaders = Record<string, HeaderValue>

export type ResponseBody = string | Uint8Array | Readable | AsyncIterable<string | Uint8Array> | null

/**
 * An answer as a value. An app returns a fresh one for every request and gives it away: the filters
 * outside may change it in place, the edge reads it last. `content-length` is the edge's to set
 * for a string, bytes or null; set it yourself only for a stream whose length is known.
 */
export interface HttpResponse {
  status: number
  headers: ResponseHeaders
  body: ResponseBody
  /** The reason phrase, where it is not the usual one of its status. */
  reason?: string
}

/** May answer at once: no promise is made for an app that returns a value. */
export type App = (req: HttpRequest) => HttpResponse | Promise<HttpResponse>

/** Called once when the pipeline is built; the app it returns is what a request meets. */
export type Filter = (app: App) => App

/**
 * What filters hand inward. Add slots of your own by declaration merging:
 * `declare module 'slipway/http' { interface Environ { tenant?: string } }`.
 */
export interface Environ {
  /** `req-<uuid>`, made by the request_id filter. */
  requestId?: string
  /** The caller's own request id, when it has the form of ours. */
  globalRequestId?: string
  /** Set by the server once a stop is ordered: load balancers are to look elsewhere. */
  draining?: boolean
}
