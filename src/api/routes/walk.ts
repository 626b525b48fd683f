// A path on its way through a tree of routes: every branch that could match is looked at, except those whose routes
// all come later in the order of matching than one that was found. Runs with every request.
import type { Captures } from './pattern.ts'
import { addToHash, type Entry, type Node, type PatternEdge, type PatternIndex, type TailEdge } from './tree.ts'

export interface Candidate {
  readonly entry: Entry
  readonly values: Captures
}

const slash = 47

/** Used again for every path, one at a time: nothing of users runs in it. */
export class Walk {
  readonly #root: Node
  #path = ''
  /** Of the variables on the way to where the walk is. */
  readonly #stack: Captures = []
  #best: Candidate | null = null
  #bestRank = Infinity
  /** Takes all that match instead of the best. */
  #all: Candidate[] | null = null

  constructor(root: Node) {
    this.#root = root
  }

  /** The first in the order of matching. */
  first(path: string): Candidate | null {
    this.#best = null
    this.#bestRank = Infinity
    this.#start(path)
    return this.#best
  }

  /** All that match, in order. */
  all(path: string): Candidate[] {
    const all: Candidate[] = (this.#all = [])
    this.#bestRank = Infinity
    this.#start(path)
    this.#all = null
    return all.sort((a, b) => a.entry.rank - b.entry.rank)
  }

  #start(path: string): void {
    this.#path = path
    if (path === '') this.#offer(this.#root.entries)
    else if (path.startsWith('/')) this.#visit(this.#root, 1)
  }

  /** `start` is where the next segment starts; behind the end of the path when there is none. */
  #visit(from: Node, at: number): void {
    const path = this.#path
    const depth = this.#stack.length
    let node = from
    let start = at
    while (start <= path.length) {
      const { texts, free, patterns, tails } = node
      let end = start
      let child: Node | null = null
      if (texts === null) {
        end = path.indexOf('/', start)
        if (end === -1) end = path.length
      } else {
        let hash = 0
        for (let code = path.charCodeAt(end); end < path.length && code !== slash; code = path.charCodeAt(end)) {
          hash = addToHash(hash, code)
          end += 1
        }
        child = texts.find(path, start, end, hash)
        if (child !== null && child.minRank >= this.#bestRank) child = null
      }
      const isFree = free !== null && end > start && free.minRank < this.#bestRank
      if (patterns !== null || tails !== null || (child !== null && isFree)) {
        this.#branch(node, child, start, end)
        break
      }
      // Most places have one way on, which is no branch.
      if (child !== null) node = child
      else if (isFree) {
        this.#stack.push(path.slice(start, end))
        node = free
      } else break
      start = end + 1
    }
    if (start > path.length) this.#offer(node.entries)
    this.#shrink(depth)
  }

  /** All ways on. Texts first: the prefix of their routes is longer, which mostly makes the others not worth a visit. */
  #branch({ patterns, free, tails }: Node, child: Node | null, start: number, end: number): void {
    if (child !== null) this.#visit(child, end + 1)
    if (patterns !== null) this.#visitPatterns(patterns, this.#path.slice(start, end), end + 1)
    if (free !== null && end > start && free.minRank < this.#bestRank) {
      this.#stack.push(this.#path.slice(start, end))
      this.#visit(free, end + 1)
      this.#stack.pop()
    }
    if (tails !== null) this.#offerTails(tails, this.#path.slice(start))
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
      this.#stack.push(...values)
      this.#visit(node, next)
      this.#shrink(this.#stack.length - values.length)
    }
  }

  #offerTails(tails: readonly TailEdge[], rest: string): void {
    for (const { pattern, entries } of tails) {
      if ((entries[0]?.rank ?? Infinity) >= this.#bestRank) continue
      const values = pattern.match(rest)
      if (values === null) continue
      this.#stack.push(...values)
      this.#offer(entries)
      this.#shrink(this.#stack.length - values.length)
    }
  }

  /** Popping is much faster than setting the length. */
  #shrink(depth: number): void {
    while (this.#stack.length > depth) this.#stack.pop()
  }

  #offer(entries: readonly Entry[] | null): void {
    if (entries === null) return
    if (this.#all !== null) {
      for (const entry of entries) this.#all.push({ entry, values: this.#stack.slice() })
      return
    }
    const entry = entries[0]
    if (entry === undefined || entry.rank >= this.#bestRank) return
    this.#best = { entry, values: this.#stack.slice() }
    this.#bestRank = entry.rank
  }
}
