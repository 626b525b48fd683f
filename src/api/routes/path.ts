// The syntax of route paths: text → parts. `:name`, `:(name)`, `{name}`, `{name:regex}`, `{.format}`,
// `{.format:regex}`, `*rest`, backslash escapes, as Routes 2.5 reads them; what Routes reads to nonsense is
// read as its manual says, or refused. Pure; runs when routes are connected.
import { SlipwayError } from '../../errors.ts'
import { mayPassSlash, requirementOf } from './requirement.ts'
import type { Requirements } from './contract.ts'

export interface TextPart {
  readonly kind: 'text'
  readonly text: string
}

/** `segment`: up to a slash; `format`: a dot and what has neither dot nor slash, may be absent; `rest`: anything. */
export interface VariablePart {
  readonly kind: 'segment' | 'format' | 'rest'
  readonly name: string
  /** The source of a regular expression for the whole value. */
  readonly requirement: string | null
}

export type PathPart = TextPart | VariablePart

export interface PathSource {
  readonly path: string
  /** Of the route, for messages. */
  readonly name: string | null
  readonly requirements: Requirements
  /** Only braces start variables, so that `http://` is text. */
  readonly isStatic: boolean
}

/**
 * @throws SlipwayError SLIPWAY_ROUTE_PATH with the column of the fault
 */
export function parsePath(source: PathSource): PathPart[] {
  const reader = new PathReader(source)
  while (!reader.isDone) reader.readPart()
  return reader.finish()
}

/** The path in the syntax of braces, whatever it was written in; requirements left out. */
export function templateOf(parts: readonly PathPart[]): string {
  return parts
    .map((part) => {
      switch (part.kind) {
        case 'text':
          return part.text
        case 'segment':
          return `{${part.name}}`
        case 'format':
          return `{.${part.name}}`
        case 'rest':
          return `*${part.name}`
      }
    })
    .join('')
}

export function hasVariable(parts: readonly PathPart[], name: string): boolean {
  return parts.some((part) => part.kind !== 'text' && part.name === name)
}

/** Whether its value may hold slashes: it takes all that follows with it, and keeps its slashes in URLs. */
export function passesSlash({ kind, requirement }: VariablePart): boolean {
  return requirement === null ? kind === 'rest' : mayPassSlash(requirement)
}

const identifier = /^[A-Za-z_]\w*$/u

/** Where a name without parentheses ends: what separates things in URLs. */
const nameEnd = /[/,;.#-]/gu

class PathReader {
  readonly #source: PathSource
  readonly #parts: PathPart[] = []
  readonly #names = new Set<string>()
  #text = ''
  #at = 0

  constructor(source: PathSource) {
    this.#source = source
  }

  get isDone(): boolean {
    return this.#at >= this.#source.path.length
  }

  readPart(): void {
    const { path, isStatic } = this.#source
    const character = path[this.#at] ?? ''
    if (character === '\\') this.#readEscape()
    else if (character === '{') this.#readBraces()
    else if (!isStatic && (character === ':' || character === '*')) this.#readName(character)
    else {
      this.#text += character
      this.#at += 1
    }
  }

  finish(): PathPart[] {
    this.#flush()
    for (const [name, given] of Object.entries(this.#source.requirements)) requirementOf(given, this.#where(0, name))
    return this.#parts
  }

  #readEscape(): void {
    const next = this.#source.path[this.#at + 1]
    if (next === undefined) throw this.#fault(this.#at, 'nothing follows the backslash')
    this.#text += '\\:*{}'.includes(next) ? next : `\\${next}`
    this.#at += 2
  }

  /** `:name`, `:(name)`, and the same with a star. */
  #readName(sign: string): void {
    const { path } = this.#source
    const start = this.#at
    const isEnclosed = path[start + 1] === '('
    const nameStart = start + (isEnclosed ? 2 : 1)
    nameEnd.lastIndex = nameStart
    const end = isEnclosed ? path.indexOf(')', nameStart) : (nameEnd.exec(path)?.index ?? path.length)
    if (end === -1) throw this.#fault(start + 1, '"(" is never closed')
    this.#at = isEnclosed ? end + 1 : end
    this.#add(sign === '*' ? 'rest' : 'segment', path.slice(nameStart, end), null, nameStart)
  }

  #readBraces(): void {
    const { path } = this.#source
    const start = this.#at
    const end = closingBrace(path, start)
    if (end === -1) throw this.#fault(start, '"{" is never closed')
    const isFormat = path[start + 1] === '.'
    const nameStart = start + (isFormat ? 2 : 1)
    const content = path.slice(nameStart, end)
    const colon = content.indexOf(':')
    // A brace or a colon may be escaped, as Routes needs it; we balance braces, so that `\d{2}` is read as well.
    const requirement = colon === -1 ? '' : content.slice(colon + 1).replaceAll(/\\(.)/gsu, unescaped)
    this.#at = end + 1
    const name = colon === -1 ? content : content.slice(0, colon)
    this.#add(isFormat ? 'format' : 'segment', name, requirement === '' ? null : requirement, nameStart)
  }

  #add(kind: VariablePart['kind'], name: string, inPath: string | null, at: number): void {
    if (!identifier.test(name)) throw this.#fault(at, name === '' ? 'a variable has no name' : `"${name}" is no name`)
    if (this.#names.has(name)) throw this.#fault(at, `the variable "${name}" stands twice`)
    this.#names.add(name)
    this.#flush()
    const { requirements } = this.#source
    const beside = Object.hasOwn(requirements, name) ? requirements[name] : null
    const requirement = requirementOf(inPath ?? beside, this.#where(at, name))
    this.#parts.push({ kind, name, requirement })
  }

  #flush(): void {
    if (this.#text !== '') this.#parts.push({ kind: 'text', text: this.#text })
    this.#text = ''
  }

  #where(at: number, variable: string): (message: string, cause?: unknown) => SlipwayError {
    return (message, cause) => this.#fault(at, `the requirement of "${variable}" ${message}`, cause)
  }

  #fault(at: number, message: string, cause?: unknown): SlipwayError {
    const { path, name } = this.#source
    const route = name === null ? '' : ` of route "${name}"`
    return new SlipwayError(
      'SLIPWAY_ROUTE_PATH',
      `the path "${path}"${route} is wrong at column ${at + 1}: ${message}`,
      {
        found: path.slice(at),
        expected:
          'text with :name, {name}, {name:regex}, {.format} or *rest; a backslash before a character that is meant as text',
        cause,
      },
    )
  }
}

const unescaped = (escape: string, character: string) => ('{}:'.includes(character) ? character : escape)

/** The brace that closes the one at `start`; braces in a character class and escaped ones do not count. */
function closingBrace(path: string, start: number): number {
  let depth = 0
  let inClass = false
  for (let at = start; at < path.length; at += 1) {
    const character = path[at]
    if (character === '\\') at += 1
    else if (character === '[') inClass = true
    else if (character === ']') inClass = false
    else if (!inClass && character === '{') depth += 1
    else if (!inClass && character === '}' && (depth -= 1) === 0) return at
  }
  return -1
}
