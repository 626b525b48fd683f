// Help texts → comment lines of a sample file, broken where Python's textwrap breaks them: at blanks, behind
// the hyphens of words, round dashes. Words are never cut. Pure.
import { strip } from '../ini/scanner.ts'

const blanks = String.raw`[\t\n\v\f\r ]+`
const letter = String.raw`[\p{L}\p{Nl}\p{No}_]`
const wordly = String.raw`[\p{L}\p{N}_]`
const beforeDash = String.raw`[\p{L}\p{N}_!"'&.,?]`
/** Where a chunk ends: the blanks are chunks of their own, the other places lie between two characters. */
const seams = new RegExp(
  [
    `(${blanks})`,
    `(?<=${letter}{2}-|${letter}-${letter}-)(?=${letter}-?${letter})`,
    `(?<=${beforeDash})(?=-{2,}${wordly})`,
    `(?<=${beforeDash}-{2,})(?=${wordly})`,
  ].join('|'),
  'u',
)

// What Python's str.splitlines takes for the end of a line.
const lineEnds = new RegExp(String.raw`\r\n|[\n\v\f\r\u001C-\u001E\u0085\u2028\u2029]`, 'u')

/** Each line of the text as one or more lines with `# ` before them; an empty one is `#`. */
export function commentLines(text: string, width: number): string[] {
  const lines = text.split(lineEnds)
  if (lines.at(-1) === '') lines.pop()
  return lines.flatMap((line) => {
    const wrapped = wrapLine(expandTabs(line), width - 2)
    return wrapped.length === 0 ? ['#'] : wrapped.map((part) => `# ${part}`)
  })
}

function wrapLine(text: string, width: number): string[] {
  const chunks = text.split(seams).filter((chunk) => chunk !== undefined && chunk !== '')
  const lines: string[] = []
  for (let at = 0; at < chunks.length;) {
    if (lines.length > 0 && isBlank(chunks[at])) at += 1
    const line: string[] = []
    let room = width
    for (; at < chunks.length && (lengthOf(chunks[at]) <= room || line.length === 0); at += 1) {
      room -= lengthOf(chunks[at])
      line.push(chunks[at] ?? '')
    }
    if (isBlank(line.at(-1))) line.pop()
    if (line.length > 0) lines.push(line.join(''))
  }
  return lines
}

function isBlank(chunk: string | undefined): boolean {
  return chunk !== undefined && strip(chunk) === ''
}

/** In characters, as Python counts. */
function lengthOf(chunk = ''): number {
  return Array.from(chunk).length
}

function expandTabs(line: string): string {
  if (!line.includes('\t')) return line
  let expanded = ''
  for (const char of line) expanded += char === '\t' ? ' '.repeat(8 - (lengthOf(expanded) % 8)) : char
  return expanded
}
