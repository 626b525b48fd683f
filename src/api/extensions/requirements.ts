// The order in which extensions are worked through: after those that they require, and after those that they would like to
// follow where that is possible. neutron's loop, which goes on until nothing moves any more. Pure.
import { askExtension, type LoadedExtension } from './extension.ts'

export interface Ordered {
  readonly ordered: readonly LoadedExtension[]
  /** Those whose requirements are never met, with what each waits for. */
  readonly unresolved: ReadonlyMap<LoadedExtension, readonly string[]>
}

export function orderByRequirements(extensions: readonly LoadedExtension[]): Ordered {
  const done = new Map<string, LoadedExtension>()
  const waiting = new Set(extensions)
  // Optional ones decide about the order only: once nothing moves, it goes on without them.
  let minds = true
  while (waiting.size > 0) {
    const before = waiting.size
    for (const extension of waiting) {
      if (missing(extension, 'required', done).length > 0) continue
      if (minds && missing(extension, 'optional', done).length > 0) continue
      done.set(extension.alias, extension)
      waiting.delete(extension)
    }
    if (waiting.size < before) continue
    if (!minds) break
    minds = false
  }
  const unresolved = [...waiting].map((one) => [one, missing(one, 'required', done)] as const)
  return { ordered: [...done.values()], unresolved: new Map(unresolved) }
}

function missing(
  extension: LoadedExtension,
  kind: 'required' | 'optional',
  done: ReadonlyMap<string, unknown>,
): string[] {
  const named = askExtension(extension, `get_${kind}_extensions`) ?? []
  return [...named].filter((alias) => !done.has(alias))
}
