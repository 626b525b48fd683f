// The text of a policy file, JSON or YAML → its rules, each with its place. Pure. What is wrong with the whole file is
// thrown; a rule that means nothing is left to parse.ts.
import type { ParseError } from 'jsonc-parser'
import { type Diagnostic, diagnostic, errorOf, SlipwayError, type Where } from '../../errors.ts'
import { jsonPositions, yaml } from '../../lazy-packages.ts'
import type { PlaceOf } from './tree.ts'

export interface FileRule {
  readonly name: string
  /** A text or a list where the file is right. */
  readonly value: unknown
  readonly placeOf: PlaceOf
  readonly nameWhere: Where
}

export interface PolicyText {
  readonly file: string
  readonly format: 'json' | 'yaml'
  readonly rules: readonly FileRule[]
  /** Warnings: names that stand twice, rules without a text. */
  readonly problems: readonly Diagnostic[]
}

/**
 * Every JSON file is read as YAML would be, as oslo.policy does; which language a file that is wrong was meant to be
 * decides its first character.
 * @throws SlipwayError SLIPWAY_POLICY_FILE
 */
export function parsePolicyText(text: string, file: string): PolicyText {
  const lines = new Lines(text.replace(/^\uFEFF/u, ''), file)
  const isJson = isJsonText(lines.text)
  const entries = isJson || /^\s*\{/u.test(lines.text) ? jsonEntries(lines) : yamlEntries(lines)
  const rules = new Map<string, FileRule>()
  const problems: Diagnostic[] = []
  for (const entry of entries) {
    const { name, value, nameWhere } = entry
    if (rules.has(name)) problems.push(twice(name, nameWhere))
    if (value === null) problems.push(empty(name, nameWhere))
    // The later one wins, and stands where the earlier stood, as in a Python dict.
    rules.set(name, entry)
  }
  return { file, format: isJson ? 'json' : 'yaml', rules: [...rules.values()], problems }
}

function twice(name: string, where: Where): Diagnostic {
  return diagnostic(
    'warning',
    'SLIPWAY_POLICY_FILE',
    `policy "${name}" stands twice in the file; the last one counts`,
    {
      where,
    },
  )
}

function empty(name: string, where: Where): Diagnostic {
  return diagnostic('warning', 'SLIPWAY_POLICY_FILE', `policy "${name}" has no text, which allows everybody`, {
    where,
    hint: 'say so: "@" allows everybody, "!" nobody',
  })
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

/** From offsets in a text to lines and columns. */
class Lines {
  readonly text: string
  readonly file: string
  readonly #starts: number[] = [0]

  constructor(text: string, file: string) {
    this.text = text
    this.file = file
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1)
  }

  where(offset: number, length = 1): Where {
    const line = this.#lineAt(offset)
    const start = this.#starts[line - 1] ?? 0
    // Nothing here looks through the text again: a file may be one long line with all its policies.
    const end = (this.#starts[line] ?? this.text.length + 1) - 1
    const text = this.text.slice(start, this.text[end - 1] === '\r' ? end - 1 : end)
    return { file: this.file, line, column: offset - start + 1, length, text }
  }

  /** The last line that starts at or before the offset, found by halving. */
  #lineAt(offset: number): number {
    let low = 0
    let high = this.#starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((this.#starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return low + 1
  }

  /** Of a value whose text stands in the file as it is, inside `quotes`; else its beginning. */
  placeOf(offset: number, source: string, value: unknown): PlaceOf {
    const quoted = /^["']/u.test(source) ? 1 : 0
    const isPlain = typeof value === 'string' && source.slice(quoted, source.length - quoted) === value
    return (at, length) =>
      isPlain ? this.where(offset + quoted + at, length) : this.where(offset, source.split('\n')[0]?.length ?? 1)
  }

  wrong(message: string, offset: number, expected?: string): SlipwayError {
    return new SlipwayError('SLIPWAY_POLICY_FILE', message, { where: this.where(offset), expected })
  }
}

function jsonEntries(lines: Lines): FileRule[] {
  const { parseTree, printParseErrorCode, getNodeValue } = jsonPositions()
  const errors: ParseError[] = []
  const root = parseTree(lines.text, errors, { disallowComments: true, allowTrailingComma: false })
  const [error] = errors
  if (error && !isJsonText(lines.text)) {
    const what = printParseErrorCode(error.error)
      .replaceAll(/(?<=[a-z])(?=[A-Z])/gu, ' ')
      .toLowerCase()
    // `{` may also begin a YAML file; whoever wrote one has no such error in it.
    if (isYamlText(lines)) return yamlEntries(lines)
    throw lines.wrong(`policy file "${lines.file}" is not JSON: ${what}`, error.offset)
  }
  if (root?.type !== 'object') {
    if (root === undefined || !getNodeValue(root)) return []
    throw lines.wrong(
      `policy file "${lines.file}" holds no policies`,
      root.offset,
      'names with rules: {"name": "rule"}',
    )
  }
  return (root.children ?? []).flatMap((property) => {
    const [key, value] = property.children ?? []
    if (!key || !value) return []
    const source = lines.text.slice(value.offset, value.offset + value.length)
    const content: unknown = getNodeValue(value)
    return {
      name: String(key.value),
      value: content,
      placeOf: lines.placeOf(value.offset, source, content),
      nameWhere: lines.where(key.offset, key.length),
    }
  })
}

function isYamlText({ text }: Lines): boolean {
  return yaml().parseDocument(text, yamlOptions).errors.length === 0
}

/** Python's YAML is 1.1, merge keys and all; a key that stands twice is told by us. */
const yamlOptions = { version: '1.1', uniqueKeys: false, prettyErrors: false, logLevel: 'silent' } as const

function yamlEntries(lines: Lines): FileRule[] {
  const { parseDocument, isMap, isScalar, isNode } = yaml()
  const document = parseDocument(lines.text, yamlOptions)
  if (document.errors.length > 0) {
    throw errorOf(
      document.errors.map(({ message, pos: [offset] }) =>
        diagnostic('error', 'SLIPWAY_POLICY_FILE', `policy file "${lines.file}" is not YAML: ${lowered(message)}`, {
          where: lines.where(offset),
        }),
      ),
    )
  }
  const { contents } = document
  if (contents === null || (isScalar(contents) && !contents.value)) return []
  if (!isMap(contents)) {
    throw lines.wrong(
      `policy file "${lines.file}" holds no policies`,
      contents.range?.[0] ?? 0,
      'names with rules: "name": "rule"',
    )
  }
  const values = valuesOf(() => document.toJS({ mapAsMap: true, maxAliasCount: 100 }), lines)
  const own = contents.items.flatMap(({ key, value }) => {
    if (!isScalar(key) || (key.value === '<<' && !values.has('<<'))) return []
    const source = isNode(value) && value.range ? lines.text.slice(value.range[0], value.range[1]) : ''
    const content: unknown = isScalar(value) ? value.value : values.get(key.value)
    const [start, end] = key.range ?? [0, 0]
    return {
      name: String(key.value),
      value: content,
      placeOf: lines.placeOf((isNode(value) ? value.range?.[0] : null) ?? start, source, content),
      nameWhere: lines.where(start, end - start),
    }
  })
  const names = new Set(own.map(({ name }) => name))
  const top = lines.where(contents.range?.[0] ?? 0)
  const merged = Array.from(values, ([key, value]) => ({
    name: String(key),
    value,
    placeOf: () => top,
    nameWhere: top,
  }))
  return [...merged.filter(({ name }) => !names.has(name)), ...own]
}

/** What aliases and merge keys come to. A file that is nothing but aliases of aliases is refused. */
function valuesOf(resolve: () => unknown, lines: Lines): ReadonlyMap<unknown, unknown> {
  try {
    const values = resolve()
    return values instanceof Map ? values : new Map()
  } catch (error) {
    throw lines.wrong(`policy file "${lines.file}" cannot be read: ${lowered((error as Error).message)}`, 0)
  }
}

function lowered(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/u, '')
}
