// What a version of an API says of itself, and the links to it. Pure.
import { type App, type HttpRequest, type HttpResponse, json } from '../../http/index.ts'
import { MethodNotAllowed } from '../responses/http-errors.ts'

export interface MediaType {
  readonly base: string
  readonly type: string
}

export interface Link {
  readonly rel: string
  readonly href: string
  readonly type?: string
}

export interface ApiVersion {
  /** `v2.1` */
  readonly id: string
  readonly status: 'CURRENT' | 'SUPPORTED' | 'DEPRECATED' | 'EXPERIMENTAL'
  /** `2013-07-23T11:33:21Z` */
  readonly updated?: string
  /** The newest microversion, and the oldest; '' for a version without any. */
  readonly version?: string
  readonly minVersion?: string
  /** Its mount in the deployment file: `/` and the id unless said. */
  readonly mount?: string
  readonly mediaTypes?: readonly MediaType[]
  /** Besides the one to itself: `describedby`. */
  readonly links?: readonly Link[]
}

export interface VersionsOptions {
  /** The address of the API in links, as clients see it; taken from the request unless set. */
  readonly publicEndpoint?: string | null
}

/** Without a slash at its end. */
export function baseOf(req: HttpRequest, { publicEndpoint }: VersionsOptions): string {
  return (publicEndpoint || req.applicationUrl).replace(/\/+$/u, '')
}

export function mountOf({ id, mount }: ApiVersion): string {
  return mount ?? `/${id}`
}

/** GET and HEAD; these documents are not changed by clients. */
export function readOnly(answer: (req: HttpRequest) => HttpResponse): App {
  return (req) => {
    if (req.method === 'GET' || req.method === 'HEAD') return answer(req)
    return new MethodNotAllowed(['GET', 'HEAD']).toResponse(req)
  }
}

export function isRoot({ pathInfo }: HttpRequest): boolean {
  return pathInfo === '' || pathInfo === '/'
}

/** 300: RFC 9110 §15.4.1. */
export function choices(document: object): HttpResponse {
  return json(document, 300)
}
