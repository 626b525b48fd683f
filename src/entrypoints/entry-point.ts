// An entry point and the manifest it stands in; the collector that the readers of all manifest
// forms share. Pure.
import { type Diagnostic, diagnostic, isSlipwayError, type SlipwayError, type Where } from '../errors.ts'
import { indentOf, strip } from '../ini/scanner.ts'
import { parseReference, type Reference } from './reference.ts'

export interface EntryPoint {
  readonly group: string
  readonly name: string
  /** The reference as written. */
  readonly value: string
  /** Null when `problem` says why. */
  readonly reference: Reference | null
  readonly where: Where
  readonly valueWhere: Where
  readonly problem: Diagnostic | null
}

/** As it stands in a file. */
export type WrittenEntry = Pick<EntryPoint, 'group' | 'name' | 'value' | 'where' | 'valueWhere'>

export interface Manifest {
  readonly file: string
  /** The name of the distribution, when this file tells it. */
  readonly name: string | null
  readonly version: string | null
  readonly entryPoints: readonly EntryPoint[]
  /** `[options] package_dir`: first word of a dotted module → folder, relative to the manifest's. */
  readonly packageDir: ReadonlyMap<string, string>
  readonly problems: readonly Diagnostic[]
}

/** A line of a group, as a manifest has it. */
export interface EntryLine {
  readonly group: string
  readonly text: string
  readonly place: (offset: number, length: number) => Where
}

/** Collects the entries of one manifest and what is wrong with them. */
export class ManifestEntries {
  readonly entryPoints: EntryPoint[] = []
  readonly problems: Diagnostic[] = []

  add(entry: WrittenEntry): void {
    const read = withReference(entry)
    if (read.problem) this.problems.push(read.problem)
    this.entryPoints.push(read)
  }

  /** An entry whose name stands before in the same group: both are kept where the original keeps them. */
  addOnce(entry: WrittenEntry, severity: Diagnostic['severity']): void {
    const present = this.#find(entry)
    if (present) this.#sayTwice(entry, present, severity)
    this.add(entry)
  }

  /** One line, `name = module:attr`; `place` tells where a part of it stands. */
  addLine(line: EntryLine, severity: Diagnostic['severity']): void {
    const { group, text, place } = line
    const entry = splitEntry(text)
    if (entry) {
      const { name, value, valueOffset } = entry
      const places = { where: place(0, name.length), valueWhere: place(valueOffset, value.length) }
      this.addOnce({ group, name, value, ...places }, severity)
      return
    }
    this.problems.push(
      diagnostic('error', 'SLIPWAY_MANIFEST_ENTRY', `group "${group}" holds a line that is no entry point`, {
        where: place(0, text.length),
        expected: 'name = module:attr',
      }),
    )
  }

  /** What another reader found in the same file. An entry that both have alike stands once. */
  merge(other: ManifestEntries): void {
    this.problems.push(...other.problems)
    const before = [...this.entryPoints]
    for (const entry of other.entryPoints) {
      const present = before.find(({ group, name }) => group === entry.group && name === entry.name)
      if (present?.value === entry.value) continue
      if (present) this.#sayTwice(entry, present, 'error')
      this.entryPoints.push(entry)
    }
  }

  #find(entry: { readonly group: string; readonly name: string }): EntryPoint | undefined {
    return this.entryPoints.find(({ group, name }) => group === entry.group && name === entry.name)
  }

  #sayTwice(
    entry: { readonly group: string; readonly name: string; readonly where: Where },
    present: EntryPoint,
    severity: Diagnostic['severity'],
  ): void {
    this.problems.push(
      diagnostic(
        severity,
        'SLIPWAY_MANIFEST_DUPLICATE',
        `entry point "${entry.name}" stands twice in group "${entry.group}"`,
        {
          where: entry.where,
          found: `the first is in line ${present.where.line}`,
          expected: 'one entry of a name',
        },
      ),
    )
  }
}

/** Its value read as a reference. */
export function withReference(entry: WrittenEntry): EntryPoint {
  try {
    return { ...entry, reference: parseReference(entry.value, entry.valueWhere), problem: null }
  } catch (error) {
    if (!isSlipwayError(error)) throw error
    return { ...entry, reference: null, problem: error.problems[0] ?? null }
  }
}

/** `name = module:attr` on one line. Null when there is no `=`. */
export function splitEntry(line: string): { name: string; value: string; valueOffset: number } | null {
  const equals = line.indexOf('=')
  if (equals === -1) return null
  const rest = line.slice(equals + 1)
  const value = strip(rest)
  return { name: strip(line.slice(0, equals)), value, valueOffset: equals + 1 + (value === '' ? 0 : indentOf(rest)) }
}

export function asProblem(error: SlipwayError): Diagnostic {
  return error.problems[0] ?? diagnostic('error', error.code, error.message, { where: error.where })
}
