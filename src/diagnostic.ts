// Diagnostics as people and programs read them: the frame with the line and the caret, the JSON
// record, close names. Pure functions; whoever owns the terminal prints.
import { relative, sep } from 'node:path'
import type { Diagnostic, Where } from './errors.ts'
import { leven } from './lazy-packages.ts'

export interface RenderOptions {
  readonly colour?: boolean
  /** Paths below this folder are shown relative to it. */
  readonly cwd?: string
}

const maxLineShown = 160

/** The diagnostic as a block of lines, without a newline at the end. */
export function renderDiagnostic(problem: Diagnostic, options: RenderOptions = {}): string {
  const paint = painter(options.colour ?? false)
  const tone = problem.severity === 'error' ? paint.red : paint.yellow
  const lines = [`${tone(problem.severity)} ${paint.bold(problem.code)}: ${problem.message}`]
  const label = [problem.found, problem.expected && `expected ${problem.expected}`].filter(Boolean).join(', ')
  const { where } = problem
  if (where) lines.push(`  ${paint.cyan(renderWhere(where, options.cwd))}`)
  if (where?.line !== undefined && where.text !== undefined) lines.push(...frame(where, label, paint.bold))
  else if (label) lines.push(`  ${label}`)
  if (problem.alternatives.length > 0) lines.push(`  close names: ${problem.alternatives.join(', ')}`)
  if (problem.hint) lines.push(`  ${problem.hint}`)
  lines.push(paint.dim(`  see: slipway explain ${problem.code}`))
  return lines.join('\n')
}

export function renderDiagnostics(problems: readonly Diagnostic[], options: RenderOptions = {}): string {
  return problems.map((problem) => renderDiagnostic(problem, options)).join('\n\n')
}

/** `file:line:column`, with the parts that are known. */
export function renderWhere(where: Where, cwd?: string): string {
  return [displayPath(where.file, cwd), where.line, where.column].filter((part) => part !== undefined).join(':')
}

function frame(where: Where, label: string, strong: (text: string) => string): string[] {
  const number = String(where.line)
  const gutter = ' '.repeat(number.length)
  const column = where.column ?? 1
  const text = (where.text ?? '').replaceAll('\t', ' ')
  // A long line is shown from shortly before the caret, so that the caret stays on the screen.
  const start = text.length > maxLineShown && column > 100 ? column - 60 : 0
  const shown = text.slice(start, start + maxLineShown)
  const caret = '^'.repeat(Math.max(1, Math.min(where.length ?? 1, shown.length - (column - 1 - start))))
  return [
    `  ${number} | ${start > 0 ? '…' : ''}${shown}`,
    `  ${gutter} | ${' '.repeat(column - 1 - start + (start > 0 ? 1 : 0))}${strong(caret)}${label ? ` ${label}` : ''}`,
  ]
}

export function displayPath(file: string, cwd?: string): string {
  if (cwd === undefined) return file
  const path = relative(cwd, file)
  return path === '' || path === '..' || path.startsWith(`..${sep}`) ? file : path
}

/** A place as `--json` gives it. */
export interface Position {
  readonly file: string
  readonly line: number | null
  readonly column: number | null
}

/** A diagnostic as `--json` gives it: the position only, not the text of the line. */
export function diagnosticToJson(problem: Diagnostic): Omit<Diagnostic, 'where'> & { where: Position | null } {
  return { ...problem, where: positionOf(problem.where) }
}

export function positionOf(where: Where | null): Position | null {
  return where && { file: where.file, line: where.line ?? null, column: where.column ?? null }
}

/** What was thrown, in words. A name with several addresses fails with an error for each, and no message of its own. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}

/** The names nearest to what was written, nearest first; none when nothing is near. */
export function closeNames(name: string, candidates: Iterable<string>, most = 3): string[] {
  const wanted = name.toLowerCase()
  const { default: distance } = leven()
  // Two letters that changed places are a distance of two.
  const limit = name.length <= 3 ? 1 : Math.max(2, Math.floor(name.length / 3))
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, distance: distance(wanted, candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => candidate !== name && distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

interface Painter {
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
  readonly cyan: (text: string) => string
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
}

/** Terminal colours, or the identity. Node's util.styleText escapes regardless of NO_COLOR for lists of styles on Node 20. */
export function painter(colour: boolean): Painter {
  const sgr = (open: number, close: number) => (text: string) =>
    colour ? `\u001B[${open}m${text}\u001B[${close}m` : text
  return {
    red: sgr(31, 39),
    green: sgr(32, 39),
    yellow: sgr(33, 39),
    cyan: sgr(36, 39),
    bold: sgr(1, 22),
    dim: sgr(2, 22),
  }
}

/** Whether escapes suit this stream: NO_COLOR and FORCE_COLOR as no-color.org and force-color.org say. */
export function wantsColour(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0') return true
  return stream.isTTY === true && env.TERM !== 'dumb'
}
