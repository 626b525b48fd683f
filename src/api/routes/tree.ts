// The routes as a tree over the segments of their paths. Looking a path up costs by its depth, not by the number of
// routes; the order of matching is kept as a rank at the leaves. Runs with every request; built once.
import type { Route } from './contract.ts'
import type { Captures, Pattern } from './pattern.ts'
import { type Segment, type Shape, shapesOf } from './shape.ts'

/** A route at the end of one of its ways through the tree. */
interface Entry {
  readonly route: Route
  /** The place in the order of matching; the lowest wins. */
  readonly rank: number
  readonly names: readonly string[]
}

export interface Candidate {
  readonly entry: Entry
  readonly values: Captures
}

export class RouteTree {
  readonly #root = new Node()
  /** For each path without variables all that could match it: such a path is looked up and not walked. */
  readonly #fixed = new Map<string, readonly Candidate[]>()

  /** The routes in the order of matching. */
  constructor(routes: readonly Route[]) {
    const fixed = new Set<string>()
    for (const [rank, route] of routes.entries()) {
      for (const shape of shapesOf(route.parts)) {
        insert(this.#root, shape, { route, rank, names: shape.names })
        if (shape.tail === null && shape.segments.every(({ kind }) => kind === 'text')) fixed.add(pathOf(shape))
      }
    }
    for (const path of fixed) this.#fixed.set(path, new Walk(path, null).candidates(this.#root))
  }

  /** All that the path matches, in order. */
  all(path: string): readonly Candidate[] {
    return this.#fixed.get(path) ?? new Walk(path, null).candidates(this.#root)
  }

  /** The first that the path matches whose route takes the method. */
  first(path: string, method: string): Candidate | null {
    const fixed = this.#fixed.get(path)
    if (fixed === undefined) return new Walk(path, method).best(this.#root)
    for (const candidate of fixed) if (takes(candidate.entry.route, method)) return candidate
    return null
  }
}

function takes(route: Route, method: string): boolean {
  return route.methods === null || route.methods.has(method)
}

function pathOf({ segments }: Shape): string {
  return segments.map((segment) => `/${segment.kind === 'text' ? segment.text : ''}`).join('')
}

/** A place in a path: what may follow, and the routes that end here. */
class Node {
  /** The lowest rank of what is here and below. */
  minRank = Infinity
  texts: Map<string, Node> | null = null
  patterns: PatternIndex | null = null
  free: Node | null = null
  tails: TailEdge[] | null = null
  /** By rank. */
  entries: Entry[] = []
}

interface PatternEdge {
  readonly pattern: Pattern
  readonly node: Node
}

interface TailEdge {
  readonly pattern: Pattern
  readonly entries: Entry[]
}

/** Patterns by the text that they start with, so that only those are tried that could match. */
class PatternIndex {
  /** Texts with a dot at their end, as formats have them: most segments have no dot and meet none of them. */
  readonly dotted = new Map<string, PatternEdge[]>()
  longestDotted = 0
  readonly others = new Map<string, PatternEdge[]>()
  /** Of the texts of `others`. */
  readonly lengths: number[] = []

  childOf(pattern: Pattern): Node {
    const { head } = pattern
    const isDotted = head.endsWith('.')
    const group = isDotted ? this.dotted : this.others
    const edges = group.get(head) ?? []
    group.set(head, edges)
    if (isDotted) this.longestDotted = Math.max(this.longestDotted, head.length)
    else if (!this.lengths.includes(head.length)) this.lengths.push(head.length)
    const present = edges.find((edge) => edge.pattern.key === pattern.key)
    if (present !== undefined) return present.node
    const node = new Node()
    edges.push({ pattern, node })
    return node
  }
}

function insert(root: Node, { segments, tail }: Shape, entry: Entry): void {
  let node = root
  node.minRank = Math.min(node.minRank, entry.rank)
  for (const segment of segments) {
    node = childOf(node, segment)
    node.minRank = Math.min(node.minRank, entry.rank)
  }
  // Routes come by rank, so lists are in order as they grow.
  if (tail === null) node.entries.push(entry)
  else {
    const tails = (node.tails ??= [])
    const edge = tails.find(({ pattern }) => pattern.key === tail.key) ?? { pattern: tail, entries: [] }
    if (edge.entries.length === 0) tails.push(edge)
    edge.entries.push(entry)
  }
}

function childOf(node: Node, segment: Segment): Node {
  switch (segment.kind) {
    case 'text': {
      const texts = (node.texts ??= new Map<string, Node>())
      const child = texts.get(segment.text) ?? new Node()
      texts.set(segment.text, child)
      return child
    }
    case 'free':
      return (node.free ??= new Node())
    case 'pattern':
      return (node.patterns ??= new PatternIndex()).childOf(segment.pattern)
  }
}

/** One path on its way through the tree. */
class Walk {
  readonly #path: string
  /** null: all methods, and all candidates are kept. */
  readonly #method: string | null
  readonly #values: Captures = []
  readonly #found: Candidate[] = []
  #best: Entry | null = null
  #bestRank = Infinity
  #bestValues: Captures = []

  constructor(path: string, method: string | null) {
    this.#path = path
    this.#method = method
  }

  best(root: Node): Candidate | null {
    this.#start(root)
    return this.#best === null ? null : { entry: this.#best, values: this.#bestValues }
  }

  candidates(root: Node): Candidate[] {
    this.#start(root)
    return this.#found.toSorted((a, b) => a.entry.rank - b.entry.rank)
  }

  #start(root: Node): void {
    if (this.#path === '') this.#offer(root.entries)
    else if (this.#path.startsWith('/')) this.#visit(root, 1)
  }

  /** `start` is where the next segment starts; behind the end of the path when there is none. */
  #visit(node: Node, start: number): void {
    const path = this.#path
    if (start > path.length) {
      this.#offer(node.entries)
      return
    }
    const slash = path.indexOf('/', start)
    const end = slash === -1 ? path.length : slash
    const text = path.slice(start, end)
    // Texts first: the prefix of their routes is longer, which mostly makes the others not worth a visit.
    const child = node.texts?.get(text)
    if (child !== undefined && child.minRank < this.#bestRank) this.#visit(child, end + 1)
    if (node.patterns !== null) this.#visitPatterns(node.patterns, text, end + 1)
    const { free } = node
    if (free !== null && free.minRank < this.#bestRank && end > start) {
      this.#values.push(text)
      this.#visit(free, end + 1)
      this.#values.pop()
    }
    if (node.tails !== null) this.#offerTails(node.tails, path.slice(start))
  }

  #visitPatterns(index: PatternIndex, text: string, next: number): void {
    let dot = index.longestDotted === 0 ? -1 : text.indexOf('.')
    while (dot !== -1 && dot < index.longestDotted) {
      this.#visitEdges(index.dotted.get(text.slice(0, dot + 1)), text, next)
      dot = text.indexOf('.', dot + 1)
    }
    for (const length of index.lengths) {
      if (length <= text.length) this.#visitEdges(index.others.get(text.slice(0, length)), text, next)
    }
  }

  #visitEdges(edges: readonly PatternEdge[] | undefined, text: string, next: number): void {
    if (edges === undefined) return
    for (const { pattern, node } of edges) {
      if (node.minRank >= this.#bestRank) continue
      const values = pattern.match(text)
      if (values === null) continue
      this.#values.push(...values)
      this.#visit(node, next)
      this.#values.length -= values.length
    }
  }

  #offerTails(tails: readonly TailEdge[], rest: string): void {
    for (const { pattern, entries } of tails) {
      if ((entries[0]?.rank ?? Infinity) >= this.#bestRank) continue
      const values = pattern.match(rest)
      if (values === null) continue
      this.#values.push(...values)
      this.#offer(entries)
      this.#values.length -= values.length
    }
  }

  #offer(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (this.#method === null) this.#found.push({ entry, values: this.#values.slice() })
      else if (entry.rank < this.#bestRank && takes(entry.route, this.#method)) {
        this.#best = entry
        this.#bestRank = entry.rank
        this.#bestValues = this.#values.slice()
        return
      }
    }
  }
}
