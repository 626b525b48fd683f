// What is gathered while extensions are loaded: those that are taken, and those that are not, with the reason. Nova's
// extensions register themselves here when they are constructed.
import { isSlipwayError } from '../../errors.ts'
import { type LoadedExtension, readDescriptor, type SkippedExtension, titleOf } from './extension.ts'
import { type ReasonAgainst, reasonAgainst, type SupportRules } from './support.ts'

export interface CollectorRules extends SupportRules {
  /** Aliases or names of classes; null for all. */
  readonly selected: ReadonlySet<string> | null
}

export class Collector {
  readonly extensions = new Map<string, LoadedExtension>()
  readonly skipped: SkippedExtension[] = []
  readonly #rules: CollectorRules
  readonly #seen = new Set<object>()
  /** Of selected ones, those that came. */
  readonly #met = new Set<string>()
  #source = 'code'

  constructor(rules: CollectorRules) {
    this.#rules = rules
  }

  /** Selected names that nothing has. */
  get unmet(): string[] {
    return [...(this.#rules.selected ?? [])].filter((name) => !this.#met.has(name))
  }

  /** Takes a class, which is constructed, a function, which may register several, or a descriptor. */
  async take(exported: unknown, source: string): Promise<void> {
    this.#source = source
    try {
      const made = isClass(exported)
        ? (new exported(this) as object)
        : typeof exported === 'function'
          ? ((await exported(this)) as unknown)
          : exported
      if (typeof made === 'object' && made !== null) this.register(made)
      else if (typeof exported !== 'function') this.skip(source, `${String(exported)} is no extension`)
    } catch (error) {
      this.skip(source, reasonOf(error))
    } finally {
      this.#source = 'code'
    }
  }

  /** For descriptors that come with their manager; a second time is no harm. */
  register(descriptor: object): void {
    if (this.#seen.has(descriptor)) return
    this.#seen.add(descriptor)
    const source = this.#source
    const extension = readDescriptor(descriptor, source)
    const { alias } = extension
    const against = this.#reasonAgainst(extension)
    if (against === null) this.extensions.set(alias, extension)
    else this.skipped.push({ source, alias, ...against })
  }

  skip(source: string, reason: string, alias: string | null = null): void {
    this.skipped.push({ source, alias, reason, isExpected: false })
  }

  #reasonAgainst(extension: LoadedExtension): ReasonAgainst | null {
    if (!this.#isSelected(extension)) return { reason: 'it is not among the selected', isExpected: true }
    const { alias } = extension
    const present = this.extensions.get(alias)
    if (present === undefined) return reasonAgainst(extension, this.#rules)
    return { reason: `the alias "${alias}" is taken already, by ${present.source}`, isExpected: false }
  }

  #isSelected({ alias, descriptor }: LoadedExtension): boolean {
    const { selected } = this.#rules
    if (selected === null) return true
    const found = [alias, titleOf(descriptor)].filter((name) => selected.has(name))
    for (const name of found) this.#met.add(name)
    return found.length > 0
  }
}

function isClass(value: unknown): value is new (...args: unknown[]) => unknown {
  return typeof value === 'function' && /^class\b/u.test(Function.prototype.toString.call(value))
}

export function reasonOf(error: unknown): string {
  if (isSlipwayError(error)) return [error.message, error.expected ?? []].flat().join(': expected ')
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
