// Matches a piece of a path that is more than one text or one variable: `{id}.{format}`, `v{major:\d+}`,
// `*rest/edit`. Gives what a regular expression with lazy groups gives, in linear time; only requirements of users
// make real expressions. Runs with every request that comes to such a place.
import type { TextPart } from './path.ts'
import { expressionOf, literalSource, memberRequirement } from './requirement.ts'

/** One value for each variable in order; undefined for an optional one that is absent. */
export type Captures = (string | undefined)[]

/** A variable in a pattern. */
export interface RunPart {
  readonly kind: 'run'
  /** What the value may not contain; in '' everything may be. */
  readonly excludes: '/' | '/.' | ''
  /** Whether it starts with a dot, which is no part of the value, and may be absent together with it. */
  readonly isOptional: boolean
  readonly requirement: string | null
}

export type PatternPart = TextPart | RunPart

export interface Pattern {
  /** Equal for patterns that match the same. */
  readonly key: string
  /** The text that it starts with. */
  readonly head: string
  readonly match: (text: string) => Captures | null
}

export function patternOf(parts: readonly PatternPart[]): Pattern {
  const [first] = parts
  return {
    key: JSON.stringify(parts),
    head: first?.kind === 'text' ? first.text : '',
    match: parts.every(isFree) ? (text) => new FreeMatch(parts, text).captures() : expressionMatcher(parts),
  }
}

function isFree(part: PatternPart): boolean {
  return part.kind === 'text' || part.requirement === null || part.requirement === memberRequirement
}

function expressionMatcher(parts: readonly PatternPart[]): Pattern['match'] {
  // Requirements may have groups of their own, so ours are found by their number.
  const groups: number[] = []
  let source = ''
  let count = 0
  for (const part of parts) {
    if (part.kind === 'text') {
      source += literalSource(part.text)
      continue
    }
    groups.push((count += 1))
    const value = `(${part.requirement ?? (part.excludes === '' ? String.raw`[\s\S]+?` : `[^${part.excludes}]+?`)})`
    source += part.isOptional ? String.raw`(?:\.${value})??` : value
    if (part.requirement !== null) count += groupsOf(part.requirement)
  }
  const expression = expressionOf(`^${source}$`)
  return (text) => {
    const match = expression.exec(text)
    return match === null ? null : groups.map((group) => match[group])
  }
}

function groupsOf(source: string): number {
  return (expressionOf(`${source}|`).exec('')?.length ?? 1) - 1
}

/**
 * Variables without requirements: each takes as little as it can (the `id` of a resource as much). A place where the
 * rest was found not to fit is not tried again, which keeps the work linear where an expression would try all
 * combinations.
 */
class FreeMatch {
  readonly #parts: readonly PatternPart[]
  readonly #text: string
  readonly #values: Captures = []
  /** For each part: the end of a run → the first start in it from which nothing fitted. */
  readonly #failed: Map<number, number>[] = []
  /** For each part: where the run that was looked at last started and ends. */
  readonly #runs: { from: number; limit: number }[] = []

  constructor(parts: readonly PatternPart[], text: string) {
    this.#parts = parts
    this.#text = text
  }

  captures(): Captures | null {
    if (!this.#fits(0, 0)) return null
    return this.#values.filter((_, index) => this.#parts[index]?.kind === 'run')
  }

  #fits(index: number, at: number): boolean {
    const part = this.#parts[index]
    if (part === undefined) return at === this.#text.length
    if (part.kind === 'text') {
      this.#values[index] = undefined
      return this.#text.startsWith(part.text, at) && this.#fits(index + 1, at + part.text.length)
    }
    if (!part.isOptional) return this.#runFits(index, part, at)
    this.#values[index] = undefined
    return this.#fits(index + 1, at) || (this.#text[at] === '.' && this.#runFits(index, part, at + 1))
  }

  #runFits(index: number, part: RunPart, start: number): boolean {
    const limit = this.#limitOf(index, part.excludes, start)
    const failed = (this.#failed[index] ??= new Map<number, number>())
    // From a start that failed, every end behind it was tried.
    const last = failed.get(limit) ?? limit
    const isMember = part.requirement !== null
    for (let taken = 1; taken <= last - start; taken += 1) {
      const end = isMember ? last - taken + 1 : start + taken
      if (isMember && this.#text[end - 1] === '\\') continue
      if (this.#fits(index + 1, end)) {
        this.#values[index] = this.#text.slice(start, end)
        return true
      }
    }
    failed.set(limit, Math.min(start, last))
    return false
  }

  /** The end of the longest value that starts here. */
  #limitOf(index: number, excludes: RunPart['excludes'], start: number): number {
    if (excludes === '') return this.#text.length
    const run = (this.#runs[index] ??= { from: -1, limit: -1 })
    if (start < run.from || start > run.limit) {
      run.from = start
      run.limit = start
      while (run.limit < this.#text.length && !excludes.includes(this.#text[run.limit] ?? '')) run.limit += 1
    }
    return run.limit
  }
}
