// Looks paths up in a set of routes: a tree for each method, and paths without variables by their text. Built once.
import type { Route } from './contract.ts'
import { matchingOrder } from './route.ts'
import { buildTree } from './tree.ts'
import { type Candidate, Walk } from './walk.ts'

/** The routes that take one method. */
interface OfMethod {
  readonly walk: Walk
  /** The routes of paths without variables, by path. */
  readonly fixed: ReadonlyMap<string, Candidate>
  /** The lengths that such paths have: most others need no look-up. */
  readonly lengths: readonly boolean[]
}

export class RouteFinder {
  readonly #all: Walk
  readonly #methods = new Map<string, OfMethod>()
  /** Of methods that no route names. */
  readonly #others: OfMethod

  constructor(routes: readonly Route[]) {
    const ordered = [...matchingOrder(routes).entries()]
    this.#all = new Walk(buildTree(ordered))
    const names = new Set(ordered.flatMap(([, { methods }]) => [...(methods ?? [])]))
    for (const name of names) {
      this.#methods.set(name, ofMethod(ordered.filter(([, { methods }]) => methods === null || methods.has(name))))
    }
    this.#others = ofMethod(ordered.filter(([, { methods }]) => methods === null))
  }

  /** All that the path matches, of all methods, in the order of matching. */
  all(path: string): Candidate[] {
    return this.#all.all(path)
  }

  /** The first of a method that the path matches. */
  first(path: string, method: string): Candidate | null {
    const { walk, fixed, lengths } = this.#methods.get(method) ?? this.#others
    if (lengths[path.length] === true) {
      const found = fixed.get(path)
      if (found !== undefined) return found
    }
    return walk.first(path)
  }
}

function ofMethod(routes: readonly (readonly [number, Route])[]): OfMethod {
  const walk = new Walk(buildTree(routes))
  const fixed = new Map<string, Candidate>()
  const lengths: boolean[] = []
  for (const [, { parts }] of routes) {
    const [only] = parts
    if (parts.length !== 1 || only?.kind !== 'text') continue
    const { text } = only
    // Another route may come first for it, which the walk knows.
    const first = walk.first(text)
    if (first !== null) fixed.set(text, first)
    while (lengths.length <= text.length) lengths.push(false)
    lengths[text.length] = true
  }
  return { walk, fixed, lengths }
}
