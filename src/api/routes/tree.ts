// Routes as a tree over the segments of their paths. What the nodes are and how routes are put into them; how a path
// goes through them is in walk.ts. Built once, read by every request.
import type { Route } from './contract.ts'
import type { Pattern } from './pattern.ts'
import { type Segment, type Shape, shapesOf } from './shape.ts'

/** A route at the end of one of its ways through the tree. */
export interface Entry {
  readonly route: Route
  /** The place in the order of matching; the lowest wins. */
  readonly rank: number
  readonly names: readonly string[]
}

/** A place in a path: what may follow, and the routes that end here. */
export class Node {
  /** The lowest rank of what is here and below. */
  minRank = Infinity
  texts: TextIndex | null = null
  patterns: PatternIndex | null = null
  free: Node | null = null
  tails: TailEdge[] | null = null
  /** By rank. */
  entries: Entry[] | null = null
}

export interface PatternEdge {
  readonly pattern: Pattern
  readonly node: Node
}

export interface TailEdge {
  readonly pattern: Pattern
  readonly entries: Entry[]
}

interface TextEdge {
  readonly text: string
  /** The text again: comparing a few characters one by one is faster than `startsWith`. */
  readonly codes: Uint16Array
  readonly node: Node
}

/**
 * The texts that a segment may be, by a hash that the walk computes while it looks for the end of the segment: a Map would
 * need the segment as a string of its own.
 */
export class TextIndex {
  #buckets: (TextEdge[] | undefined)[] = [undefined]
  readonly #edges: TextEdge[] = []

  /** The node of the text that stands in the path from `start` to `end`. */
  find(path: string, start: number, end: number, hash: number): Node | null {
    const bucket = this.#buckets[hash & (this.#buckets.length - 1)]
    if (bucket === undefined) return null
    for (const { codes, node } of bucket) {
      if (codes.length !== end - start) continue
      let at = start
      while (at < end && path.charCodeAt(at) === codes[at - start]) at += 1
      if (at === end) return node
    }
    return null
  }

  childOf(text: string): Node {
    const present = this.#edges.find((edge) => edge.text === text)
    if (present !== undefined) return present.node
    const codes = Uint16Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
    const edge = { text, codes, node: new Node() }
    this.#edges.push(edge)
    const size = this.#buckets.length
    if (this.#edges.length * 2 > size) {
      this.#buckets = Array.from({ length: size * 2 }, () => undefined)
      for (const one of this.#edges) this.#put(one)
    } else this.#put(edge)
    return edge.node
  }

  #put(edge: TextEdge): void {
    const index = hashOf(edge.text) & (this.#buckets.length - 1)
    ;(this.#buckets[index] ??= []).push(edge)
  }
}

/** One step of the hash of a segment, which starts with 0. */
export function addToHash(hash: number, code: number): number {
  return (Math.imul(hash, 31) + code) | 0
}

function hashOf(text: string): number {
  let hash = 0
  for (let at = 0; at < text.length; at += 1) hash = addToHash(hash, text.charCodeAt(at))
  return hash
}

/** Patterns by the text that they start with, so that only those are tried that could match. */
export class PatternIndex {
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

/** A tree of routes that come in the order of matching, each with its rank in it. */
export function buildTree(routes: Iterable<readonly [rank: number, route: Route]>): Node {
  const root = new Node()
  for (const [rank, route] of routes) {
    for (const shape of shapesOf(route.parts)) insert(root, shape, { route, rank, names: shape.names })
  }
  return root
}

function insert(root: Node, { segments, tail }: Shape, entry: Entry): void {
  let node = root
  node.minRank = Math.min(node.minRank, entry.rank)
  for (const segment of segments) {
    node = childOf(node, segment)
    node.minRank = Math.min(node.minRank, entry.rank)
  }
  // Routes come by rank, so lists are in order as they grow.
  if (tail === null) (node.entries ??= []).push(entry)
  else {
    const tails = (node.tails ??= [])
    const edge = tails.find(({ pattern }) => pattern.key === tail.key) ?? { pattern: tail, entries: [] }
    if (edge.entries.length === 0) tails.push(edge)
    edge.entries.push(entry)
  }
}

function childOf(node: Node, segment: Segment): Node {
  switch (segment.kind) {
    case 'text':
      return (node.texts ??= new TextIndex()).childOf(segment.text)
    case 'free':
      return (node.free ??= new Node())
    case 'pattern':
      return (node.patterns ??= new PatternIndex()).childOf(segment.pattern)
  }
}
