// The line scanner under both ini dialects: text → numbered lines, with Python's idea of white
// space and of a line end. Knows nothing of sections, keys or comments.
import type { Where } from '../errors.ts'

export interface Line {
  /** From 1. */
  readonly number: number
  /** Without its line end. */
  readonly text: string
  /** Whether a line end followed. */
  readonly ended: boolean
}

/** Text on one line: where it starts (column from 1) and the line it stands on. */
export interface Piece {
  readonly text: string
  readonly line: Line
  readonly column: number
}

// Python's str.isspace. JavaScript's \s lacks U+001C–001F and U+0085 and adds U+FEFF.
const blank = String.raw`[\t-\r\u001C-\u0020\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]`
const leading = new RegExp(`^${blank}+`, 'u')
const oneBlank = new RegExp(blank, 'u')
const words = new RegExp(`[^${blank.slice(1, -1)}]+`, 'gu')

/** Splits at `\n`, `\r\n` and a lone `\r`, and at nothing else (Python's universal newlines). */
export function scanLines(text: string): Line[] {
  if (text.includes('\r')) return scanAnyLines(text)
  const lines: Line[] = []
  let start = 0
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
    lines.push({ number: lines.length + 1, text: text.slice(start, end), ended: true })
    start = end + 1
  }
  if (start < text.length) lines.push({ number: lines.length + 1, text: text.slice(start), ended: false })
  return lines
}

function scanAnyLines(text: string): Line[] {
  const lines: Line[] = []
  let start = 0
  for (const end of text.matchAll(/\r\n|\r|\n/gu)) {
    lines.push({ number: lines.length + 1, text: text.slice(start, end.index), ended: true })
    start = end.index + end[0].length
  }
  if (start < text.length) lines.push({ number: lines.length + 1, text: text.slice(start), ended: false })
  return lines
}

/** How many white-space characters the line starts with; a tab is one. */
export function indentOf(text: string): number {
  if (isPlain(text.charCodeAt(0))) return 0
  return leading.exec(text)?.[0].length ?? 0
}

export function strip(text: string): string {
  return stripEnd(isPlain(text.charCodeAt(0)) ? text : text.replace(leading, ''))
}

export function stripEnd(text: string): string {
  let end = text.length
  while (end > 0 && !isPlain(text.charCodeAt(end - 1)) && oneBlank.test(text.charAt(end - 1))) end -= 1
  return end === text.length ? text : text.slice(0, end)
}

/** Printable ASCII, which most lines start and end with: no expression needs to look at those. */
function isPlain(code: number): boolean {
  return code > 0x20 && code < 0x7f
}

/** The stripped rest of a line from an offset (from 0). */
export function pieceFrom(line: Line, offset: number): Piece {
  const rest = line.text.slice(offset)
  const indent = indentOf(rest)
  return { text: stripEnd(rest.slice(indent)), line, column: offset + indent + 1 }
}

/** The words of a text with their offsets, split at white space as Python's str.split() does. */
export function splitWords(text: string): { word: string; offset: number }[] {
  return Array.from(text.matchAll(words), (match) => ({ word: match[0], offset: match.index }))
}

export function whereOf(file: string, line: Line, column: number, length: number): Where {
  return { file, line: line.number, column, length: Math.max(1, length), text: line.text }
}

/** As Python's repr() of a text: what the originals' messages contain. */
export function pythonRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text.replace(/[\\'"\p{C}\p{Z}]/gu, (char) => {
    if (char === ' ') return char
    if (char === "'" || char === '"') return char === quote ? `\\${char}` : char
    const named: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
    return named[char] ?? escapeCode(char.codePointAt(0) ?? 0)
  })
  return `${quote}${escaped}${quote}`
}

function escapeCode(code: number): string {
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code <= 0xff_ff) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\U${code.toString(16).padStart(8, '0')}`
}
