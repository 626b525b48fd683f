// What a walk through controllers carries along and comes back with. Types, and the name under which a class of controllers
// routes by itself.
import type { Exposed } from './expose.ts'
import type { Hook, State } from './state.ts'

/** One walk; a copy with more arguments goes on below a REST controller. */
export interface Walk {
  readonly state: State
  /** Of the request, or what it was overridden with; in lower case. */
  readonly method: string
  /** Segments that REST controllers on the way have taken for ids: the first arguments of the handler. */
  readonly routingArgs: readonly string[]
  /** Of the controllers so far, back to the last that was looked up. */
  readonly hooks: readonly Hook[]
}

/** A handler, and how the way there ended. */
export interface Found {
  readonly handler: Exposed
  readonly owner: object
  /** The segments that are its arguments. */
  readonly segments: readonly string[]
  readonly hooks: readonly Hook[]
  /** The path ended at a controller that has an index, without the slash. */
  readonly isNoncanonical: boolean
}

export function foundAt(handler: Exposed, owner: object, remainder: readonly string[], walk: Walk): Found {
  const segments = [...walk.routingArgs, ...remainder].filter((segment) => segment !== '')
  return { handler, owner, segments, hooks: walk.hooks, isNoncanonical: false }
}

/** The method of a class whose controllers find their handlers by themselves. */
export const route = Symbol('route')

export interface SelfRouting {
  [route](remainder: readonly string[], walk: Walk): Promise<Found>
}
