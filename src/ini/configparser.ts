// The ConfigParser dialect, as Paste Deploy and setup.cfg files use it: key case kept, `=` and `:`,
// full-line comments, continuation by indent, [DEFAULT]. Facts: Python 3.9 to 3.13, run.
// Values are raw; interpolation.ts substitutes.
import { type Diagnostic, diagnostic, errorOf, type Where } from '../errors.ts'
import {
  indentOf,
  type Line,
  type Piece,
  pieceFrom,
  pythonRepr,
  scanLines,
  splitWords,
  strip,
  stripEnd,
  whereOf,
} from './scanner.ts'

export interface IniOption {
  readonly name: string
  /** Raw: lines joined by a newline, white space at the end gone, nothing substituted. */
  readonly value: string
  readonly file: string
  /** Of the key. */
  readonly where: Where
  /** The lines of the value as they stand in the file. */
  readonly pieces: readonly Piece[]
}

export interface IniSection {
  readonly name: string
  readonly where: Where
  /** In file order. */
  readonly options: ReadonlyMap<string, IniOption>
}

export interface IniFile {
  readonly file: string
  /** All [DEFAULT] sections together. */
  readonly defaults: ReadonlyMap<string, IniOption>
  /** In file order, without [DEFAULT]. */
  readonly sections: ReadonlyMap<string, IniSection>
}

interface OpenOption extends Omit<IniOption, 'value' | 'pieces'> {
  readonly pieces: Piece[]
}

interface OpenSection {
  readonly name: string
  readonly where: Where
  readonly options: Map<string, OpenOption>
}

/**
 * Reads the text of one file.
 * @throws SlipwayError SLIPWAY_INI_SYNTAX or _DUPLICATE with every problem of the file in `problems`
 */
export function parseConfigParser(text: string, file: string): IniFile {
  const reader = new Reader(file)
  for (const line of scanLines(text)) reader.take(line)
  return reader.end()
}

/** Where the part of a value that starts at `offset` stands in the file. */
export function placeIn(option: IniOption, offset: number, length = 1): Where {
  let rest = offset
  for (const piece of option.pieces) {
    if (rest <= piece.text.length) return whereOf(option.file, piece.line, piece.column + rest, length)
    rest -= piece.text.length + 1
  }
  return option.where
}

/** The whole value, or its first line when it has several. */
export function placeOfValue(option: IniOption): Where {
  const offset = option.value.length - strip(option.value).length
  const first = option.value.startsWith('\n') ? offset : 0
  return placeIn(option, first, option.value.slice(first).split('\n', 1)[0]?.length)
}

/** The words of a value (a pipeline), each with its place. */
export function wordsOf(option: IniOption, value = option.value): { word: string; where: Where }[] {
  return splitWords(value).map(({ word, offset }) => ({
    word,
    where: value === option.value ? placeIn(option, offset, word.length) : placeOfValue(option),
  }))
}

/** State of one reading: the open section and option, and the indent of the last line that opened one. */
class Reader {
  readonly #file: string
  readonly #sections = new Map<string, OpenSection>()
  readonly #defaults: OpenSection
  readonly #problems: Diagnostic[] = []
  readonly #badLines: string[] = []
  /** ConfigParser raises these at once, and then forgets the bad lines before. */
  #raisedFirst: string | undefined
  #section: OpenSection | null = null
  #option: OpenOption | null = null
  #indent = 0
  #saidHeaderMissing = false

  constructor(file: string) {
    this.#file = file
    this.#defaults = { name: 'DEFAULT', where: { file }, options: new Map() }
  }

  take(line: Line): void {
    const content = strip(line.text)
    if (content.startsWith('#') || content.startsWith(';')) return
    if (content === '') {
      this.#option?.pieces.push({ text: '', line, column: 1 })
      return
    }
    const indent = indentOf(line.text)
    if (this.#option && indent > this.#indent) {
      this.#option.pieces.push(pieceFrom(line, indent))
      return
    }
    this.#indent = indent
    const header = /^\[(.+)\]/su.exec(content)
    if (header) this.#openSection(header[1] ?? '', line, indent)
    else if (!this.#section) this.#headerMissing(line, content)
    else this.#openOption(this.#section, content, line, indent)
  }

  end(): IniFile {
    if (this.#problems.length > 0) {
      const bad = `Source contains parsing errors: ${pythonRepr(this.#file)}${this.#badLines.join('')}`
      throw errorOf(this.#problems, { original: this.#raisedFirst ?? bad })
    }
    const sections = new Map<string, IniSection>()
    for (const [name, section] of this.#sections) sections.set(name, { ...section, options: closed(section.options) })
    return { file: this.#file, defaults: closed(this.#defaults.options), sections }
  }

  #openSection(name: string, line: Line, indent: number): void {
    const where = whereOf(this.#file, line, indent + 1, name.length + 2)
    this.#option = null
    const present = this.#sections.get(name)
    if (present) {
      this.#raise(
        diagnostic('error', 'SLIPWAY_INI_DUPLICATE', `section [${name}] stands twice`, {
          where,
          found: `the first is in line ${present.where.line}`,
          expected: 'one section of a name',
          hint: 'put the settings into one of them, or rename one',
        }),
        `While reading from ${pythonRepr(this.#file)} [line ${pad(line.number)}]: section ${pythonRepr(name)} already exists`,
      )
      this.#section = { ...present, options: new Map() }
      return
    }
    if (name === 'DEFAULT') {
      this.#section = this.#defaults
      return
    }
    this.#section = { name, where, options: new Map() }
    this.#sections.set(name, this.#section)
  }

  #headerMissing(line: Line, content: string): void {
    if (this.#saidHeaderMissing) return
    this.#saidHeaderMissing = true
    const bom = content.startsWith('\uFEFF')
    this.#raise(
      diagnostic(
        'error',
        'SLIPWAY_INI_SYNTAX',
        bom ? 'the file starts with a byte order mark' : 'a line stands before the first section',
        {
          where: whereOf(this.#file, line, indentOf(line.text) + 1, content.length),
          expected: 'a section header such as [app:main]',
          hint: bom ? 'save the file as UTF-8 without a byte order mark' : undefined,
        },
      ),
      `File contains no section headers.\nfile: ${pythonRepr(this.#file)}, line: ${line.number}\n${reprLine(line)}`,
    )
  }

  #openOption(section: OpenSection, content: string, line: Line, indent: number): void {
    const delimiter = content.search(/[=:]/u)
    const name = stripEnd(content.slice(0, Math.max(0, delimiter)))
    if (delimiter === -1 || name === '') {
      // As in the original, more indent after a line without a delimiter still continues the option above.
      if (delimiter !== -1) this.#option = null
      this.#badLines.push(`\n\t[line ${pad(line.number)}]: ${reprLine(line)}`)
      this.#problems.push(
        diagnostic(
          'error',
          'SLIPWAY_INI_SYNTAX',
          delimiter === -1 ? `a line has neither "=" nor ":"` : 'a setting has no name',
          {
            where: whereOf(this.#file, line, indent + 1, content.length),
            expected: 'name = value, or more indent to continue the value above',
          },
        ),
      )
      return
    }
    const where = whereOf(this.#file, line, indent + 1, name.length)
    const option: OpenOption = { name, file: this.#file, where, pieces: [pieceFrom(line, indent + delimiter + 1)] }
    const present = section.options.get(name)
    this.#option = option
    if (!present) {
      section.options.set(name, option)
      return
    }
    this.#raise(
      diagnostic('error', 'SLIPWAY_INI_DUPLICATE', `"${name}" stands twice in section [${section.name}]`, {
        where,
        found: `the first is in line ${present.where.line}`,
        expected: 'one value for a name',
        hint: 'remove one of the two lines',
      }),
      `While reading from ${pythonRepr(this.#file)} [line ${pad(line.number)}]: option ${pythonRepr(name)} in section ${pythonRepr(section.name)} already exists`,
    )
  }

  #raise(problem: Diagnostic, original: string): void {
    this.#problems.push(problem)
    this.#raisedFirst ??= original
  }
}

function closed(options: ReadonlyMap<string, OpenOption>): Map<string, IniOption> {
  const result = new Map<string, IniOption>()
  for (const [name, option] of options) {
    result.set(name, { ...option, value: stripEnd(option.pieces.map((piece) => piece.text).join('\n')) })
  }
  return result
}

function pad(line: number): string {
  return String(line).padStart(2)
}

function reprLine(line: Line): string {
  return pythonRepr(line.ended ? `${line.text}\n` : line.text)
}
