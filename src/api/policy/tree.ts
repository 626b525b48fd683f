// What a policy rule is once it is read: a tree of checks joined by and, or, not. Data, and its text in the
// rule language; compile.ts makes a function of it, explain.ts walks it.
import type { Where } from '../../errors.ts'

/** What a rule is asked about (`target`) and who asks (`credentials`), as plain data. */
export type PolicyValues = Readonly<Record<string, unknown>>

/** Whether the rule allows. Not a promise unless a check has to wait for somebody. */
export type Verdict = boolean | Promise<boolean>

/** One check, or a whole rule, ready to run. `rule` is the name that was asked for. */
export type Check = (target: PolicyValues, credentials: PolicyValues, rule: string) => Verdict

/** A single check: `role:admin`. */
export interface Leaf {
  readonly kind: 'check'
  readonly text: string
  /** Whether its check may return a promise. */
  readonly waits: boolean
  /**
   * @param ifBroken what the check answers when it cannot find out: the answer that does not help to allow
   */
  bind(ifBroken: boolean): Check
  /** What it compares, for `explain`. */
  describe(target: PolicyValues, credentials: PolicyValues): string
}

export type Tree =
  | { readonly kind: 'true' | 'false' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Tree[] }
  | { readonly kind: 'not'; readonly part: Tree }
  | { readonly kind: 'rule'; readonly name: string; readonly at: number }
  /** What cannot be understood. It never helps to allow: false, and below a `not` true. */
  | { readonly kind: 'broken'; readonly text: string }
  | Leaf

/** What is wrong in a rule; `at` and `length` count in its text. */
export interface Fault {
  readonly message: string
  readonly at: number
  readonly length: number
  readonly found?: string
  readonly expected?: string
}

export interface ParsedRule {
  readonly tree: Tree
  /** How deep its trees lie in one another; references count one. */
  readonly depth: number
  readonly faults: readonly Fault[]
}

/** From a place in a rule's text to its place in a file; null for a rule that stands in no file. */
export type PlaceOf = (at: number, length: number) => Where | null

/** The rule in its own language, each `and` and `or` in parentheses, as oslo.policy prints it. */
export function renderTree(tree: Tree): string {
  switch (tree.kind) {
    case 'true':
      return '@'
    case 'false':
      return '!'
    case 'and':
    case 'or':
      return `(${tree.parts.map(renderTree).join(` ${tree.kind} `)})`
    case 'not':
      return `not ${renderTree(tree.part)}`
    case 'rule':
      return `rule:${tree.name}`
    case 'broken':
      return '!'
    case 'check':
      return tree.text
  }
}
