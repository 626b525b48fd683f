// The rule language of oslo.policy: text or list → tree of checks. Pure; keeps its own stacks, so that no
// text, however deep it nests, can exhaust that of the process. What is wrong is a fault with its place.
import { type Fault, type ParsedRule, type Tree } from './tree.ts'

/** Makes the tree of one check, `kind:match`; the faults that it finds are pushed to the list. */
export type ReadCheck = (kind: string, match: string, at: number, faults: Fault[]) => Tree

/** `not not not …` and parentheses that mean something: far above what people write, far below a stack. */
const deepest = 200

type TokenKind = 'and' | 'or' | 'not' | '(' | ')' | 'word' | 'string'

interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly at: number
}

/** A tree on its way; `isClosed` when it stood in parentheses and takes no more parts. */
interface Operand {
  readonly tree: Tree
  readonly depth: number
  readonly isClosed: boolean
}

type Operator = 'and' | 'or' | 'not' | '('

const strength: Readonly<Record<Operator, number>> = { '(': 0, or: 1, and: 2, not: 3 }

/**
 * A rule as a file or a program gives it. The empty text and the empty list allow; a list is an `or` of lists that
 * are an `and` of checks. A text that cannot be read is `!`; a single word that is no check is `!` in its place.
 */
export function parseRule(rule: unknown, readCheck: ReadCheck): ParsedRule {
  if (typeof rule === 'string') return parseText(rule, readCheck)
  if (Array.isArray(rule)) return parseList(rule, readCheck)
  // As a YAML file has it where nothing stands behind the colon.
  if (rule === null || rule === undefined) return { tree: { kind: 'true' }, depth: 0, faults: [] }
  const fault = { message: 'a rule is a text or a list', at: 0, length: 1, found: `a ${typeof rule}` }
  return broken('', [fault])
}

function broken(text: string, faults: readonly Fault[]): ParsedRule {
  return { tree: { kind: 'broken', text }, depth: 0, faults }
}

function parseText(text: string, readCheck: ReadCheck): ParsedRule {
  if (text === '') return { tree: { kind: 'true' }, depth: 0, faults: [] }
  const faults: Fault[] = []
  const state = new TextState(readCheck, faults)
  for (const token of tokensOf(text)) {
    const fault = state.take(token)
    if (fault) return broken(text, [...faults, fault])
  }
  const end = state.finish(text.length)
  if ('message' in end) return broken(text, [...faults, end])
  if (end.depth <= deepest) return { tree: end.tree, depth: end.depth, faults }
  const message = `a rule may nest ${deepest} deep`
  return broken(text, [...faults, { message, at: 0, length: text.length, found: `${end.depth} levels` }])
}

/** Operators wait on a stack until a weaker one, a parenthesis or the end comes. */
class TextState {
  readonly #readCheck: ReadCheck
  readonly #faults: Fault[]
  readonly #operands: Operand[] = []
  readonly #operators: { readonly kind: Operator; readonly at: number }[] = []
  #wantsCheck = true

  constructor(readCheck: ReadCheck, faults: Fault[]) {
    this.#readCheck = readCheck
    this.#faults = faults
  }

  take(token: Token): Fault | null {
    return this.#wantsCheck ? this.#takeCheck(token) : this.#takeJoin(token)
  }

  finish(end: number): Operand | Fault {
    if (this.#wantsCheck) return { message: 'the rule ends where a check should stand', at: end, length: 1 }
    this.#reduce(strength.or)
    const open = this.#operators.at(-1)
    if (open) return { message: 'a parenthesis is not closed', at: open.at, length: 1 }
    return this.#operands.pop() ?? { message: 'the rule is empty', at: 0, length: end }
  }

  #takeCheck({ kind, text, at }: Token): Fault | null {
    switch (kind) {
      case '(':
      case 'not':
        this.#operators.push({ kind, at })
        return null
      case 'word':
        this.#operands.push({ tree: readWord(text, at, this.#readCheck, this.#faults), depth: 1, isClosed: false })
        this.#wantsCheck = false
        return null
      case 'string':
        return unexpected(text, at, 'a check like role:admin: a text in quotes is none')
      default:
        return unexpected(text, at, 'a check like role:admin, "not" or "("')
    }
  }

  #takeJoin({ kind, text, at }: Token): Fault | null {
    switch (kind) {
      case 'and':
      case 'or':
        this.#reduce(strength[kind])
        this.#operators.push({ kind, at })
        this.#wantsCheck = true
        return null
      case ')':
        return this.#close(text, at)
      default:
        return unexpected(text, at, '"and", "or" or the end of the rule')
    }
  }

  #close(text: string, at: number): Fault | null {
    this.#reduce(strength.or)
    if (this.#operators.pop() === undefined) return unexpected(text, at, 'no ")": none is open')
    const inner = this.#operands.pop()
    if (inner) this.#operands.push({ ...inner, isClosed: true })
    return null
  }

  #reduce(least: number): void {
    for (;;) {
      const operator = this.#operators.at(-1)
      if (!operator || operator.kind === '(' || strength[operator.kind] < least) return
      this.#operators.pop()
      const right = this.#operands.pop()
      if (!right) return
      if (operator.kind === 'not') {
        this.#operands.push({ tree: { kind: 'not', part: right.tree }, depth: right.depth + 1, isClosed: true })
      } else {
        const left = this.#operands.pop()
        if (left) this.#operands.push(joined(operator.kind, left, right))
      }
    }
  }
}

function joined(kind: 'and' | 'or', left: Operand, right: Operand): Operand {
  // The list is nobody else's yet: a rule of ten thousand parts is not copied ten thousand times.
  if (left.tree.kind === kind && !left.isClosed) {
    ;(left.tree.parts as Tree[]).push(right.tree)
    return { ...left, depth: Math.max(left.depth, right.depth + 1) }
  }
  const depth = Math.max(left.depth, right.depth) + 1
  return { tree: { kind, parts: [left.tree, right.tree] }, depth, isClosed: false }
}

function unexpected(text: string, at: number, expected: string): Fault {
  return { message: `"${text}" cannot stand here`, at, length: text.length, expected }
}

/** `kind:match`; what it is not is `!` in its place, as in oslo.policy. */
function readWord(word: string, at: number, readCheck: ReadCheck, faults: Fault[]): Tree {
  if (word === '@') return { kind: 'true' }
  if (word === '!') return { kind: 'false' }
  const colon = word.indexOf(':')
  if (colon !== -1) return readCheck(word.slice(0, colon), word.slice(colon + 1), at, faults)
  faults.push({
    message: `"${word}" is no check`,
    at,
    length: Math.max(1, word.length),
    expected: 'kind:match, as role:admin or rule:owner',
  })
  return { kind: 'broken', text: word }
}

function parseList(list: readonly unknown[], readCheck: ReadCheck): ParsedRule {
  if (list.length === 0) return { tree: { kind: 'true' }, depth: 0, faults: [] }
  const faults: Fault[] = []
  const parts: Tree[] = []
  for (const inner of list) {
    if (inner === '' || inner === null || (Array.isArray(inner) && inner.length === 0)) continue
    const words: readonly unknown[] = Array.isArray(inner) ? inner : [inner]
    const checks = words.map((word) => readItem(word, readCheck, faults))
    parts.push(checks.length === 1 && checks[0] ? checks[0] : { kind: 'and', parts: checks })
  }
  const [first] = parts
  const tree: Tree = first === undefined ? { kind: 'false' } : parts.length === 1 ? first : { kind: 'or', parts }
  return { tree, depth: 2, faults }
}

function readItem(word: unknown, readCheck: ReadCheck, faults: Fault[]): Tree {
  if (typeof word === 'string') return readWord(word, 0, readCheck, faults)
  faults.push({ message: 'a list of checks has texts in it', at: 0, length: 1, found: `a ${typeof word}` })
  return { kind: 'broken', text: '' }
}

/** Words between blanks; parentheses at their ends are tokens, those inside belong to `%(name)s`. */
function* tokensOf(text: string): Generator<Token> {
  for (const { 0: word, index } of text.matchAll(/\S+/gu)) {
    const opening = countOf(word, '(')
    for (let i = 0; i < opening; i += 1) yield { kind: '(', text: '(', at: index + i }
    const rest = word.slice(opening)
    if (rest === '') continue
    const clean = withoutClosing(rest)
    const at = index + opening
    const keyword = clean.toLowerCase()
    if (keyword === 'and' || keyword === 'or' || keyword === 'not') yield { kind: keyword, text: clean, at }
    else if (clean !== '') yield { kind: isQuoted(rest) ? 'string' : 'word', text: clean, at }
    for (let i = clean.length; i < rest.length; i += 1) yield { kind: ')', text: ')', at: at + i }
  }
}

function countOf(word: string, character: string): number {
  let count = 0
  while (word[count] === character) count += 1
  return count
}

function withoutClosing(word: string): string {
  let end = word.length
  while (end > 0 && word[end - 1] === ')') end -= 1
  return word.slice(0, end)
}

function isQuoted(word: string): boolean {
  const first = word[0]
  return word.length >= 2 && (first === '"' || first === "'") && word.at(-1) === first
}
