// From a path to a handler: walks controllers segment by segment, as pecan does. Runs in workers. What is tried when the
// direct way ends is kept on the way: the innermost `_lookup` first, then its `_default`, then those further out.
import { HttpError } from '../../http/index.ts'
import { NotFound } from '../responses/http-errors.ts'
import { exposureFor } from './expose.ts'
import { type Found, foundAt, route, type SelfRouting, type Walk } from './found.ts'
import { childOf, exposedMember, isController, isExposed, memberOf, routedMembers, specialMember } from './members.ts'
import { checkBoundary, Guarded } from './secure.ts'
import type { Hook } from './state.ts'

/** What is tried when the direct way ends. */
interface FallBack {
  readonly kind: '_default' | '_lookup'
  readonly owner: object
  readonly remainder: readonly string[]
  readonly walk: Walk
}

/** Finds the handler of a path below a controller. Raises an HttpError 404, 405 or, where a check stands in the way, 401. */
export async function lookup(controller: object, remainder: readonly string[], walk: Walk): Promise<Found> {
  const fallBacks: FallBack[] = []
  try {
    return await walkDown(controller, remainder, walk, fallBacks)
  } catch (error) {
    if (!(error instanceof HttpError) || (error.status !== 404 && error.status !== 405)) throw error
    const found = await fallBack(fallBacks)
    if (found === null) throw error
    return found
  }
}

async function walkDown(start: object, path: readonly string[], started: Walk, fallBacks: FallBack[]): Promise<Found> {
  let owner = start
  let remainder = path
  let walk = started
  for (;;) {
    walk = { ...walk, hooks: [...walk.hooks, ...hooksOf(owner)] }
    const [next, ...rest] = remainder
    const routed = next === undefined ? undefined : routedMembers(owner).get(next)
    if (routed !== undefined) return foundAt(routed, owner, rest, walk)
    const index = exposedMember(owner, 'index')
    if (index !== null && (next === undefined || next === '')) {
      return { ...foundAt(index, owner, rest, walk), isNoncanonical: next === undefined }
    }
    for (const kind of ['_default', '_lookup'] as const) {
      if (specialMember(owner, kind) !== null) fallBacks.push({ kind, owner, remainder, walk })
    }
    const taken = await routeBy(owner, remainder, walk)
    if (taken !== null) return taken
    const child = next === undefined ? undefined : childOf(owner, next)
    if (isExposed(child) && exposureFor(child).route === null) return foundAt(child, owner, rest, walk)
    if (!isController(child)) {
      // An index with a handler for this very method takes the rest of the path as its arguments.
      if (index !== null && fallBacks.length === 0 && exposureFor(index).when.has(walk.state.req.method)) {
        return foundAt(index, owner, remainder, walk)
      }
      throw missing()
    }
    await checkBoundary(owner, child, walk.state)
    owner = targetOf(child)
    remainder = rest
  }
}

/** A controller that routes by itself: by its own `_route`, or by its class's. */
async function routeBy(owner: object, remainder: readonly string[], walk: Walk): Promise<Found | null> {
  const ask = specialMember(owner, '_route')
  if (ask === null) return route in owner ? (owner as SelfRouting)[route](remainder, walk) : null
  const [target, rest] = pairOf(await ask.call(owner, remainder, walk.state)) ?? [undefined, []]
  if (isExposed(target)) return foundAt(target, owner, rest, walk)
  if (!isController(target)) throw missing()
  return descend(owner, target, rest, walk)
}

/** Goes on below another controller, if the way is free. */
export async function descend(owner: object, child: object, remainder: readonly string[], walk: Walk): Promise<Found> {
  await checkBoundary(owner, child, walk.state)
  return lookup(targetOf(child), remainder, walk)
}

async function fallBack(fallBacks: readonly FallBack[]): Promise<Found | null> {
  for (const { kind, owner, remainder, walk } of fallBacks.toReversed()) {
    if (kind === '_lookup') {
      const found = await lookupFurther(owner, remainder, walk)
      if (found !== null) return found
      continue
    }
    const handler = exposedMember(owner, kind)
    if (handler !== null) return foundAt(handler, owner, remainder, walk)
  }
  return null
}

/**
 * Asks a controller's `_lookup` for the object that the segments lead to, and goes on below it. Null when there is none, or nothing to look up. As
 * what comes out is no member, its own hooks alone run.
 */
export async function lookupFurther(owner: object, remainder: readonly string[], walk: Walk): Promise<Found | null> {
  const ask = specialMember(owner, '_lookup')
  if (ask === null || remainder.every((segment) => segment === '')) return null
  // Before anything of it runs: it is behind the same door as the handlers.
  await checkBoundary(owner, null, walk.state)
  const [target, rest] = pairOf(await ask.call(owner, remainder, walk.state)) ?? [undefined, []]
  if (!isController(target)) return null
  if (target instanceof Guarded) await checkBoundary(owner, target, walk.state)
  return lookup(targetOf(target), rest, { ...walk, hooks: [] })
}

function pairOf(result: unknown): [unknown, readonly string[]] | null {
  if (result === undefined || result === null) return null
  if (!Array.isArray(result) || !Array.isArray(result[1])) {
    throw new TypeError('_lookup and _route answer with [controller, remaining segments], or with nothing')
  }
  return result as unknown as [unknown, readonly string[]]
}

function targetOf(controller: object): object {
  return controller instanceof Guarded ? controller.target : controller
}

function hooksOf(controller: object): readonly Hook[] {
  const hooks = memberOf(controller, '_hooks')
  return Array.isArray(hooks) ? (hooks as Hook[]) : []
}

export function missing(): HttpError {
  return new NotFound()
}
