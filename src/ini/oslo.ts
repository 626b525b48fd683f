// The oslo.config dialect: blank lines, comments and sections end a value, one pair of quotes is
// dropped, repeated keys and sections are kept. Facts: oslo.config 9 and 10, run.
import { type Diagnostic, diagnostic, errorOf, type Where } from '../errors.ts'
import { isSecretName } from './secret-name.ts'
import { indentOf, type Line, pieceFrom, pythonRepr, scanLines, strip, stripEnd, whereOf } from './scanner.ts'

/** One assignment. The same key may come again: single-valued options take the last, multi-valued ones all. */
export interface OsloEntry {
  /** As written: `[API]` and `[api]` are one group to oslo.config, but `[default]` is not DEFAULT. */
  readonly group: string
  readonly groupWhere: Where
  readonly name: string
  readonly value: string
  readonly where: Where
  readonly valueWhere: Where
}

export interface OsloFile {
  readonly file: string
  readonly entries: readonly OsloEntry[]
}

/** Whether an option is a secret; its group as written. */
export type IsSecret = (group: string, name: string) => boolean

/**
 * Reads the text of a configuration file. A bad line that may hold a secret, being one of its own or standing
 * where the last lines of one would, is named in a message but not shown.
 * @throws SlipwayError SLIPWAY_INI_SYNTAX with every bad line in `problems`
 */
export function parseOslo(
  text: string,
  file: string,
  isSecret: IsSecret = (_group, name) => isSecretName(name),
): OsloFile {
  const reader = new Reader(file, isSecret)
  for (const line of scanLines(text)) reader.take(line)
  return reader.end()
}

interface OpenEntry extends Omit<OsloEntry, 'value'> {
  readonly lines: string[]
}

interface Fault {
  readonly message: string
  /** What oslo.config says, and the line as it shows it. */
  readonly theirs: string
  readonly shown: string
  readonly expected: string
  readonly hint?: string | undefined
}

/** State of one reading: the open group and the assignment that an indented line would continue. */
class Reader {
  readonly #file: string
  readonly #isSecret: IsSecret
  readonly #entries: OsloEntry[] = []
  readonly #problems: Diagnostic[] = []
  #original: string | undefined
  #group: { readonly name: string; readonly where: Where } | null = null
  #open: OpenEntry | null = null
  /** The last assignment of the group, whose value a bad line may have been meant to continue. */
  #lastName: string | null = null

  constructor(file: string, isSecret: IsSecret) {
    this.#file = file
    this.#isSecret = isSecret
  }

  take(line: Line): void {
    const first = line.text[0]
    if (first === '#' || first === ';') {
      this.#close()
      return
    }
    const content = stripEnd(line.text)
    if (content.startsWith(' ') || content.startsWith('\t')) {
      this.#continue(line, content)
      return
    }
    this.#close()
    if (content === '') return
    if (content.startsWith('[')) this.#openGroup(line, content)
    else this.#assign(line, content)
  }

  end(): OsloFile {
    this.#close()
    if (this.#problems.length > 0) throw errorOf(this.#problems, { original: this.#original })
    return { file: this.#file, entries: this.#entries }
  }

  #continue(line: Line, content: string): void {
    if (this.#open) {
      this.#open.lines.push(strip(content))
      return
    }
    this.#fault(line, {
      message: 'an indented line continues nothing',
      theirs: 'Unexpected continuation line',
      shown: content,
      expected: 'name = value in the first column',
      hint: 'remove the blanks before it, or the blank line or comment that ended the value above',
    })
  }

  #close(): void {
    if (!this.#open) return
    const { group, groupWhere, name, where, valueWhere, lines } = this.#open
    const value = lines.length === 1 ? (lines[0] ?? '') : lines.join('\n')
    this.#entries.push({ group, groupWhere, name, value, where, valueWhere })
    this.#open = null
  }

  #openGroup(line: Line, content: string): void {
    const expected = '[group] and nothing after it'
    if (!content.endsWith(']')) {
      const theirs = 'Invalid section (must end with ])'
      this.#fault(line, { message: 'a section line does not end in "]"', theirs, shown: content, expected })
    } else if (content.length === 2) {
      this.#fault(line, { message: 'a section has no name', theirs: 'Empty section name', shown: content, expected })
    } else this.#group = { name: content.slice(1, -1), where: whereOf(this.#file, line, 1, content.length) }
    this.#lastName = null
  }

  #assign(line: Line, content: string): void {
    const separator = content.search(/[:=]/u)
    const name = strip(content.slice(0, Math.max(0, separator)))
    const expected = 'name = value'
    if (separator === -1) {
      const bom = content.startsWith('\uFEFF')
      this.#fault(line, {
        message: bom
          ? 'the file starts with a byte order mark'
          : 'a line is neither a section, a comment nor an assignment',
        theirs: "No ':' or '=' found in assignment",
        shown: content,
        expected,
        hint: bom ? 'save the file as UTF-8 without a byte order mark' : undefined,
      })
    } else if (name === '') {
      this.#fault(line, {
        message: 'an assignment has no name',
        theirs: 'Key cannot be empty',
        shown: content,
        expected,
      })
    } else if (this.#group) {
      this.#open = this.#entry(this.#group, name, line, separator)
      this.#lastName = name
    } else {
      this.#fault(line, {
        message: `option "${name}" stands before the first section`,
        theirs: 'Section must be started before assignment',
        shown: '',
        expected: '[DEFAULT] or another section first',
      })
    }
  }

  #entry(
    group: { readonly name: string; readonly where: Where },
    name: string,
    line: Line,
    separator: number,
  ): OpenEntry {
    const piece = pieceFrom(line, separator + 1)
    return {
      group: group.name,
      groupWhere: group.where,
      name,
      where: whereOf(this.#file, line, indentOf(line.text) + 1, name.length),
      valueWhere: whereOf(this.#file, line, piece.column, piece.text.length),
      lines: [unquote(piece.text)],
    }
  }

  #fault(line: Line, { message, theirs, shown, expected, hint }: Fault): void {
    const piece = pieceFrom(line, 0)
    const isHidden = this.#mayHoldSecret(piece.text)
    const { text, ...place } = whereOf(this.#file, line, piece.column, piece.text.length)
    const where = isHidden || text === undefined ? place : { ...place, text }
    this.#problems.push(diagnostic('error', 'SLIPWAY_INI_SYNTAX', message, { where, expected, hint }))
    const quoted = pythonRepr(isHidden && shown !== '' ? '****' : shown)
    this.#original ??= `Failed to parse ${this.#file}: at ${this.#file}:${line.number}, ${theirs}: ${quoted}`
  }

  #mayHoldSecret(text: string): boolean {
    if (text.startsWith('[')) return false
    const group = this.#group?.name ?? 'DEFAULT'
    const [ownName = ''] = /^[^\s:=]*/u.exec(text) ?? []
    return [ownName, this.#lastName ?? ''].some((name) => this.#isSecret(group, name))
  }
}

/** Drops one pair of equal quotes and unescapes nothing; a lone quote character becomes empty. */
function unquote(value: string): string {
  const quote = value[0]
  return (quote === '"' || quote === "'") && value.at(-1) === quote ? value.slice(1, -1) : value
}
