// The exports of a revision file → a revision, or what is wrong with them. Pure.
import { closeNames } from '../../diagnostic.ts'
import { SlipwayError } from '../../errors.ts'
import type { Revision, RevisionModule } from './contract.ts'

/** The version table holds no longer one. */
export const longestId = 32

export interface RevisionHome {
  /** '' for one made in code. */
  readonly file: string
  readonly location: string
}

type Exports = Readonly<Record<string, unknown>>

/** @throws SlipwayError SLIPWAY_DB_REVISION */
export function revisionOf(namespace: unknown, { file, location }: RevisionHome): Revision {
  const read = new ExportReader(exportsOf(namespace), file)
  const id = read.id()
  const module = read.exports as unknown as RevisionModule
  read.callable('upgrade', true)
  read.callable('downgrade', false)
  return {
    id,
    down: read.ids('down_revision', true),
    labels: read.labels(),
    dependsOn: read.ids('depends_on', false),
    message: read.optional('message', 'string', 'text') ?? '',
    transaction: read.optional('transaction', 'boolean', 'true or false') ?? true,
    file,
    location,
    module,
  }
}

/** Of CommonJS, what stands below the default export when Node has not found the names. */
function exportsOf(namespace: unknown): Exports {
  const own = (typeof namespace === 'object' && namespace !== null ? namespace : {}) as Exports
  const inner = own['default']
  return own['revision'] === undefined && typeof inner === 'object' && inner !== null ? (inner as Exports) : own
}

/** Names that mean something else in a target. */
const reserved = new Set(['head', 'heads', 'base', 'current'])

class ExportReader {
  readonly exports: Exports
  readonly #file: string

  constructor(exports: Exports, file: string) {
    this.exports = exports
    this.#file = file
  }

  id(): string {
    const { revision } = this.exports
    if (typeof revision !== 'string' || revision === '') throw this.#wrong('revision', 'an id such as "1f2e3d4c5b6a"')
    this.#checkName('revision', revision)
    if (revision.length > longestId) throw this.#wrong('revision', `at most ${longestId} characters`)
    return revision
  }

  /** One, several, or null; `isNeeded`: null must be written. */
  ids(key: string, isNeeded: boolean): readonly string[] {
    const value = this.exports[key]
    if (value === null || (value === undefined && !isNeeded)) return []
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (list.every((one): one is string => typeof one === 'string' && one !== '')) return list
    throw this.#wrong(key, isNeeded ? 'an id, an array of ids, or null for a base' : 'an id or an array of ids')
  }

  labels(): readonly string[] {
    const labels = this.ids('branch_labels', false)
    for (const label of labels) this.#checkName('branch_labels', label)
    return labels
  }

  optional(key: string, type: 'string', expected: string): string | undefined
  optional(key: string, type: 'boolean', expected: string): boolean | undefined
  optional(key: string, type: string, expected: string): unknown {
    const value = this.exports[key] ?? undefined
    if (value === undefined || typeof value === type) return value
    throw this.#wrong(key, expected)
  }

  callable(key: string, isNeeded: boolean): void {
    const value = this.exports[key]
    if (typeof value === 'function' || (value === undefined && !isNeeded)) return
    throw this.#wrong(key, `export async function ${key}(db, context)`)
  }

  #checkName(key: string, name: string): void {
    const [sign] = /[@+:\s-]/u.exec(name) ?? []
    if (sign === undefined && !reserved.has(name)) return
    throw new SlipwayError('SLIPWAY_DB_REVISION', `"${name}" cannot be a name of ${key}`, {
      where: this.#where,
      found:
        sign === undefined
          ? `"${name}" means something else in a target`
          : `it has "${sign}", which joins the parts of a target`,
      expected: 'letters, digits and underscores',
      ...(sign &&
        key === 'revision' && { original: `Character(s) '${sign}' not allowed in revision identifier '${name}'` }),
    })
  }

  #wrong(key: string, expected: string): SlipwayError {
    const value = this.exports[key]
    const names = Object.keys(this.exports).filter((name) => name !== 'default' && name !== 'module.exports')
    const what = value === undefined ? `exports no "${key}"` : `exports a bad "${key}"`
    return new SlipwayError('SLIPWAY_DB_REVISION', `a revision file ${what}`, {
      where: this.#where,
      found: value === undefined ? foundNames(names) : `it is ${shown(value)}`,
      expected,
      alternatives: () => (value === undefined ? closeNames(key, names) : []),
      hint: value === undefined ? 'a file that is no revision stands in another folder, or begins with "_"' : undefined,
    })
  }

  get #where() {
    return this.#file === '' ? null : { file: this.#file }
  }
}

function foundNames(names: readonly string[]): string {
  return names.length > 0 ? `it exports ${names.slice(0, 8).join(', ')}` : 'it exports nothing'
}

function shown(value: unknown): string {
  return typeof value === 'function' ? 'a function' : (JSON.stringify(value)?.slice(0, 60) ?? typeof value)
}
