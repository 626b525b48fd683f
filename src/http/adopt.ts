// What a factory may return besides an App or a Filter: the things that Node people already have. Runs once,
// when a pipeline is built; a wrong value is refused then, in words, not at the first request.
import { SlipwayError } from '../errors.ts'
import { fromConnect, type ConnectMiddleware } from './connect.ts'
import type { App, Filter } from './contract.ts'
import { fromFetch, type FetchHandler } from './fetch.ts'
import { fromNode, type NodeListener } from './node-bridge.ts'
import { nameOf } from './normalise.ts'
import { HttpError } from './responses.ts'

type AnyFunction = (...args: never[]) => unknown

/**
 * An App from what a factory returned: an App (a function of one argument), a (req, res) listener, middleware or a router
 * (404 for what they pass on), an Express, Koa, Fastify or Hono app, an object with `fetch`. Raises SLIPWAY_PASTE_RESULT for anything else.
 */
export function adoptApp(value: unknown): App {
  if (isCallable(value)) {
    // Express is a function of three arguments too; what sets it apart is that it has settings and an end of its own.
    if ('handle' in value && 'set' in value) return fromNode(value as unknown as NodeListener)
    // Middleware, a router: what it passes on has nowhere to go.
    if (value.length >= 3) return fromConnect(value as unknown as ConnectMiddleware)(notFound)
    if (value.length === 2) return fromNode(value as NodeListener)
    return value as unknown as App
  }
  if (isFastify(value)) return fromFastify(value)
  if (hasMethod(value, 'callback')) return fromNode(value as unknown as { callback(): NodeListener })
  if (hasMethod(value, 'fetch')) return fromFetch((request) => (value.fetch as FetchHandler)(request))
  throw new SlipwayError('SLIPWAY_PASTE_RESULT', `cannot serve ${named(value)} as an application`, {
    expected: 'a function (req) => response, a (req, res) listener, an Express, Koa, Fastify or Hono app',
    hint: hintFor(value),
  })
}

/** A Filter from what a factory returned: a Filter (a function of one argument) or Connect middleware. */
export function adoptFilter(value: unknown): Filter {
  if (isCallable(value) && value.length <= 1) return value as unknown as Filter
  if (isCallable(value) && value.length === 3) return fromConnect(value as unknown as ConnectMiddleware)
  throw new SlipwayError('SLIPWAY_PASTE_RESULT', `cannot use ${named(value)} as a filter`, {
    expected: 'a function (app) => app, or Connect middleware (req, res, next)',
    hint: isCallable(value) ? hintForFilter(value.length) : hintFor(value),
  })
}

function notFound(): never {
  throw new HttpError(404)
}

function isCallable(value: unknown): value is AnyFunction {
  return typeof value === 'function' && !isClass(value)
}

/** Would be refused by the language at the first request only. */
function isClass(value: unknown): boolean {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value))
}

function hasMethod<K extends string>(value: unknown, name: K): value is Record<K, AnyFunction> {
  return (
    typeof value === 'object' &&
    value !== null &&
    name in value &&
    typeof (value as Record<string, unknown>)[name] === 'function'
  )
}

type Fastify = Record<'routing', NodeListener> & { ready(): PromiseLike<unknown> }

function isFastify(value: unknown): value is Fastify {
  return hasMethod(value, 'routing') && hasMethod(value, 'ready')
}

/** Fastify boots its plugins by itself; requests wait for them, and all fail with the error of a failed boot. */
function fromFastify(fastify: Fastify): App {
  const app = fromNode((req, res) => fastify.routing(req, res))
  let isReady = false
  const booting = Promise.resolve(fastify.ready()).then(() => {
    isReady = true
  })
  // Each request gets the error; without any, it is not an unhandled one.
  booting.catch(() => undefined)
  return (req) => (isReady ? app(req) : booting.then(() => app(req)))
}

function named(value: unknown): string {
  if (isClass(value)) return `the class "${(value as AnyFunction).name}"`
  return isCallable(value) ? `${nameOf(value)} of ${value.length} arguments` : nameOf(value)
}

function hintFor(value: unknown): string | undefined {
  if (value === undefined) return 'the factory returned nothing: is a "return" missing?'
  if (isClass(value)) return 'return an instance, or a function that makes one'
  if (hasMethod(value, 'listen')) return 'return the listener that the server was made with, not the server'
  return undefined
}

function hintForFilter(count: number): string {
  if (count === 2) return 'a (req, res) listener answers by itself: use it as an application'
  return 'error middleware (err, req, res, next) has no place here: catch what "await app(req)" throws in a filter'
}
