// What of a controller object can be looked up by name, and by what names. Pure. A path is the client's: it finds only
// data that somebody wrote into a controller or its class, never what every object has.
import { camelCase } from '../../entrypoints/attribute.ts'
import { levelsOf } from '../controllers/levels.ts'
import { exposureOf, type Exposed } from './expose.ts'

/**
 * The member of a controller for a segment of a path; undefined for what does not exist, is internal (`_lookup`), or belongs to
 * every object (`constructor`). Accessors are not run.
 */
export function childOf(owner: object, segment: string): unknown {
  if (segment === '' || segment.startsWith('_') || segment === 'constructor') return undefined
  return memberOf(owner, segment)
}

/** A member by a name that is ours, not the client's. */
export function memberOf(owner: object, name: string): unknown {
  // Most of what is asked for is not there, and this says so without a look at each class.
  if (!(name in owner)) return undefined
  for (let at: object | null = owner; at !== null && at !== Object.prototype; at = Reflect.getPrototypeOf(at)) {
    const member = Reflect.getOwnPropertyDescriptor(at, name)
    if (member !== undefined) return member.value as unknown
  }
  return undefined
}

/** The first exposed member of these, each by its exact name (`get_one`), then in camel case (`getOne`). */
export function exposedMember(owner: object, ...names: readonly string[]): Exposed | null {
  for (const name of names) {
    for (const form of [name, camelForm(name)]) {
      const member = form === 'constructor' ? undefined : memberOf(owner, form)
      if (isExposed(member)) return member
    }
  }
  return null
}

/** A special method of a controller, `_lookup` and its like, which need not be exposed. */
export function specialMember(owner: object, name: string): ((this: unknown, ...args: unknown[]) => unknown) | null {
  const member = memberOf(owner, name)
  return typeof member === 'function' ? (member as (this: unknown, ...args: unknown[]) => unknown) : null
}

export function isExposed(value: unknown): value is Exposed {
  return exposureOf(value) !== undefined
}

export function isController(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** By controller, as a path meets it for the first time: what is put into one later has no segment of its own. */
const routed = new WeakMap<object, ReadonlyMap<string, Exposed>>()

/**
 * The handlers of a controller that have segments of their own (`route: 'with-dashes'`). Throws TypeError when two have the same one or when
 * one has that of another member.
 */
export function routedMembers(owner: object): ReadonlyMap<string, Exposed> {
  const known = routed.get(owner)
  if (known !== undefined) return known
  const found = new Map<string, Exposed>()
  const seen = new Set<string>()
  for (const level of levelsOf(owner)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      const route = exposureOf(value)?.route ?? null
      // A member of the class that a field hides is not there.
      const isHidden = seen.has(name)
      seen.add(name)
      if (isHidden || route === null) continue
      if (found.has(route) || memberOf(owner, route) !== undefined) {
        throw new TypeError(`the segment "${route}" of "${name}" belongs to another member of its controller`)
      }
      found.set(route, value as Exposed)
    }
  }
  routed.set(owner, found)
  return found
}

/** Names are few, but clients have a say in those of custom actions: there is an end to what is remembered. */
const camelCased = new Map<string, string>()

function camelForm(name: string): string {
  const known = camelCased.get(name)
  if (known !== undefined) return known
  const form = camelCase(name.replaceAll('-', '_'))
  if (camelCased.size < 100) camelCased.set(name, form)
  return form
}
