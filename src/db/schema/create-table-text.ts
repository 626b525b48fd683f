// The text of a CREATE TABLE as SQLite keeps it, taken apart and put together again: what is not changed stays as it
// was written, checks, collations and generated columns included. Pure.

interface Token {
  readonly text: string
  /** Whether something stands between it and the one before: what was written together stays so. */
  readonly isApart: boolean
  readonly depth: number
}

/** One of the definitions between the brackets. */
export interface Definition {
  /** The name of the column, null for a constraint of the table. */
  readonly column: string | null
  readonly tokens: readonly Token[]
}

export interface CreateTable {
  readonly definitions: readonly Definition[]
  /** What stands behind the bracket: `without rowid`, `strict`. */
  readonly tail: string
}

const token =
  /--[^\n]*(?:\n|$)|\/\*.*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[\w$\u{80}-\u{10ffff}.]+|[^\s\w]/gsu
const tableConstraint = /^(?:constraint|primary|unique|check|foreign)$/iu

/** @throws TypeError for a text that is no CREATE TABLE with columns */
export function parseCreateTable(text: string): CreateTable {
  const tokens = tokensOf(text)
  const first = tokens.findIndex((one) => one.text === '(')
  const last = tokens.findIndex((one, index) => index > first && one.text === ')' && one.depth === 0)
  if (first < 0 || last < 0) throw new TypeError(`this is no table with columns: ${text.slice(0, 60)}`)
  const definitions: Token[][] = [[]]
  for (const one of tokens.slice(first + 1, last)) {
    if (one.text === ',' && one.depth === 1) definitions.push([])
    else definitions.at(-1)?.push(one)
  }
  return {
    definitions: definitions.map((own) => ({ column: columnOf(own), tokens: own })),
    tail: textOf(tokens.slice(last + 1)),
  }
}

export function renderCreateTable(name: string, { definitions, tail }: CreateTable): string {
  const lines = definitions.map(({ tokens }) => `  ${textOf(tokens)}`).join(',\n')
  return `create table ${quoted(name)} (\n${lines}\n)${tail === '' ? '' : ` ${tail}`}`
}

/** A definition from its text, as it stands inside of the brackets. */
export function definitionOf(text: string): Definition {
  const tokens = tokensOf(text).map((one) => ({ ...one, depth: one.depth + 1 }))
  return { column: columnOf(tokens), tokens }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let depth = 0
  let end = 0
  for (const { 0: word, index } of text.matchAll(token)) {
    if (word.startsWith('--') || word.startsWith('/*')) continue
    if (word === ')') depth -= 1
    tokens.push({ text: word, isApart: index > end, depth })
    if (word === '(') depth += 1
    end = index + word.length
  }
  return tokens
}

function columnOf([first]: readonly Token[]): string | null {
  return first === undefined || tableConstraint.test(first.text) ? null : unquoted(first.text)
}

function textOf(tokens: readonly Token[]): string {
  return tokens.map(({ text, isApart }, index) => (isApart && index > 0 ? ` ${text}` : text)).join('')
}

/** A part of a column's definition, with the word that it begins with: `not`, `default`, `references`. */
interface Clause {
  readonly kind: string
  readonly tokens: readonly Token[]
}

const beginsClause = /^(?:constraint|primary|not|null|unique|check|default|collate|references|generated|as)$/iu

/** What a column's definition says behind its name and type. */
function clausesOf({ tokens }: Definition): Clause[] {
  const clauses: { kind: string; tokens: Token[] }[] = []
  let previous = ''
  for (const [index, one] of tokens.entries()) {
    const word = one.text.toLowerCase()
    const next = tokens[index + 1]?.text.toLowerCase() ?? ''
    const isBegin = index > 0 && one.depth === 1 && beginsClause.test(word) && !isInside(previous, word, next)
    const last = clauses.at(-1)
    if (isBegin && last?.kind === 'constraint') last.kind = word
    if (isBegin && last?.kind !== word) clauses.push({ kind: word, tokens: [one] })
    else if (last) last.tokens.push(one)
    previous = word
  }
  return clauses
}

/** `on delete set null`, `not deferrable`, `default null`, `generated always as`, `constraint name`. */
function isInside(previous: string, word: string, next: string): boolean {
  if (previous === 'set' || previous === 'default' || previous === 'constraint' || previous === 'collate') return true
  return (
    (word === 'not' && next === 'deferrable') ||
    (word === 'null' && previous === 'not') ||
    (word === 'as' && previous === 'always')
  )
}

/** The column with another type, and with these clauses in place of its own `not null` and `default`. */
export function redefined(definition: Definition, type: string, clauses: string): Definition {
  const kept = clausesOf(definition).filter(({ kind }) => kind !== 'not' && kind !== 'null' && kind !== 'default')
  const name = definition.tokens[0]?.text ?? ''
  return definitionOf([name, type, clauses, ...kept.map(({ tokens }) => textOf(tokens))].join(' '))
}

/** The definition without its clause of that kind; null when nothing of it is left, as of a constraint of the table. */
export function without(definition: Definition, kind: 'unique' | 'references'): Definition | null {
  if (definition.column === null) return null
  const clauses = clausesOf(definition)
  const count = clauses.reduce((sum, { tokens }) => sum + tokens.length, 0)
  const begin = definition.tokens.slice(0, definition.tokens.length - count)
  const kept = clauses.filter((clause) => clause.kind !== kind).flatMap(({ tokens }) => tokens)
  return { ...definition, tokens: [...begin, ...kept] }
}

/** Whether it makes these columns unique (`unique`), or refer to another table (`references`). */
export function constrains(definition: Definition, kind: 'unique' | 'references', columns: readonly string[]): boolean {
  if (definition.column !== null) {
    return (
      columns.length === 1 && columns[0] === definition.column && clausesOf(definition).some((one) => one.kind === kind)
    )
  }
  const words = definition.tokens.map(({ text }) => text.toLowerCase())
  const start = words[0] === 'constraint' ? 2 : 0
  if (words[start] !== (kind === 'unique' ? 'unique' : 'foreign')) return false
  const open = words.indexOf('(', start)
  const listed = definition.tokens.slice(open + 1, words.indexOf(')', open)).filter(({ text }) => text !== ',')
  return listed.map(({ text }) => unquoted(text)).join(',') === columns.join(',')
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function unquoted(text: string): string {
  const sign = text[0] ?? ''
  if (sign === '[') return text.slice(1, -1)
  return '"`\''.includes(sign) ? text.slice(1, -1).replaceAll(sign + sign, sign) : text
}
