// One option's raw say → its value: substitution, conversion, and what to tell when either fails.
// Collects problems and throws none; what a name refers to is the resolver's answer.
import { type Diagnostic, diagnostic, type Where } from '../errors.ts'
import { convert, expectedOf } from './kinds.ts'
import type { Option } from './option.ts'
import type { Registered } from './registry.ts'
import { Rejection } from './rejection.ts'
import { withOriginal } from './report.ts'
import { type Origin, type Reference, type Setting, withoutText } from './sources.ts'
import { substitute, substituteWithin } from './substitute.ts'

/** One source's say: texts (one, unless the option is multi-valued) or a value from code. */
export interface Candidate {
  readonly origin: Origin
  readonly given: readonly Setting[] | { readonly value: unknown }
}

export const inCode = (kind: 'override' | 'setDefault' | 'default'): Origin => ({ kind, detail: kind, where: null })

/** What texts may refer to. */
export interface Referring {
  /** `$name`: the other option's value as a text, '' after a failure. */
  option(name: string, job: Conversion): string
  /** A whole `$file:…` or `$env:…` in a secret option; undefined when it is none. */
  outside(text: string): Reference | undefined
}

/** One conversion with what went wrong in it. */
export class Conversion {
  readonly problems: Diagnostic[] = []
  isSecret: boolean
  readonly #registered: Registered
  readonly #referring: Referring
  #origin: Origin = inCode('default')

  constructor(registered: Registered, referring: Referring) {
    this.#registered = registered
    this.#referring = referring
    this.isSecret = registered.option.secret ?? false
  }

  get isBroken(): boolean {
    return this.problems.length > 0
  }

  run({ origin, given }: Candidate): unknown {
    const { option } = this.#registered
    this.#origin = origin
    if (!isTexts(given)) {
      if (given.value === null) return null
      const { isOfCommand } = this.#registered
      const refer = (name: string): string => this.#referring.option(name, this)
      const value = isOfCommand ? given.value : substituteWithin(given.value, refer)
      return this.isBroken ? null : this.#convert(option, value, null)
    }
    if (option.kind === 'multi') {
      return Object.freeze(given.map((setting) => this.#one(option.of ?? { kind: 'str' }, setting)))
    }
    const [setting] = given
    return setting ? this.#one(option, setting) : null
  }

  fail(problem: Diagnostic): void {
    this.problems.push(problem)
  }

  failReference(name: string, alternatives: readonly string[]): void {
    const subject = `option "${this.#registered.fullName}"`
    // The name may be a piece of a password.
    if (this.isSecret) {
      this.#failSubstitution(`${subject} holds a "$" that names no option`, { hint: 'write "$$" for a dollar' })
      return
    }
    const dotted = name.endsWith('.') ? `write "\${${name.slice(0, -1)}}" when a dot follows the name, or ` : ''
    const outside = name === 'file' || name === 'env' ? 'only a secret option may refer to a file or a variable, ' : ''
    this.#failSubstitution(`${subject} refers to an unknown option "${name}"`, {
      alternatives,
      hint: `${outside}${dotted}write "$$" for a dollar`,
      original: `no such option ${name} in group [DEFAULT]`,
    })
  }

  failCycle(chain: readonly string[]): void {
    this.#failSubstitution(`option "${this.#registered.fullName}" refers to itself: ${chain.join(' > ')}`, {})
  }

  #failSubstitution(message: string, parts: SubstitutionParts): void {
    const text = `${message}${givenBy(this.#origin)}`
    const { original = null, ...shown } = parts
    const problem = diagnostic('error', 'SLIPWAY_CONFIG_SUBSTITUTION', text, { ...shown, where: this.#where() })
    this.fail(withOriginal(problem, original))
  }

  #one(option: Option, setting: Setting): unknown {
    this.#origin = setting.origin
    // What a person types behind a command is meant as it is: a message may hold a dollar.
    if (this.#registered.isOfCommand) return this.#convert(option, setting.text, setting.text)
    const outside = this.#registered.option.secret ? this.#referring.outside(setting.text) : undefined
    if (outside) return this.#outside(option, outside)
    const before = this.problems.length
    const text = substitute(setting.text, (name) => this.#referring.option(name, this))
    return this.problems.length > before ? null : this.#convert(option, text, setting.text)
  }

  /** A secret that lies elsewhere is taken as it is: passwords hold dollars. */
  #outside(option: Option, reference: Reference): unknown {
    if ('text' in reference) return this.#convert(option, reference.text, null)
    const message = `option "${this.#registered.fullName}" ${reference.problem}${givenBy(this.#origin)}`
    this.fail(diagnostic('error', 'SLIPWAY_CONFIG_REFERENCE', message, { where: this.#where() }))
    return null
  }

  #convert(option: Option, value: unknown, written: string | null): unknown {
    try {
      return convert(option, value)
    } catch (error) {
      if (!(error instanceof Rejection)) throw error
      const problem = this.#misfit(option, value, error.reason, written)
      this.fail(this.isSecret ? problem : withOriginal(problem, this.#original(error.original)))
      return null
    }
  }

  #original(reason: string | null): string | null {
    const { kind, detail } = this.#origin
    if (reason === null || kind === 'default') return reason
    const { name } = this.#registered
    const file = /^(.*):\d+$/u.exec(detail)?.[1] ?? detail
    const at = { file: '<Locations.user: (4, True)>', env: '<Locations.environment: (6, True)>' }
    if (kind !== 'file' && kind !== 'env') return reason
    return `Value for option ${name} from LocationInfo(location=${at[kind]}, detail='${file}') is not valid: ${reason}`
  }

  #misfit(option: Option, value: unknown, reason: string | null, written: string | null): Diagnostic {
    const subject = `option "${this.#registered.fullName}"`
    const expected = expectedOf(option)
    const where = this.#where()
    if (this.isSecret) {
      const message = `${subject} has a value that does not fit it${givenBy(this.#origin)}`
      return diagnostic('error', 'SLIPWAY_CONFIG_VALUE', message, { where, expected })
    }
    const shown = shownValue(value)
    return diagnostic(
      'error',
      'SLIPWAY_CONFIG_VALUE',
      `${subject} cannot be ${shown}${givenBy(this.#origin)}${reason === null ? '' : `: ${reason}`}`,
      { where, expected, found: written === null || written === value ? shown : `${shown} after substitution` },
    )
  }

  #where(): Where | null {
    const { where } = this.#origin
    return where && this.isSecret ? withoutText(where) : where
  }
}

interface SubstitutionParts {
  readonly alternatives?: readonly string[]
  readonly hint?: string
  readonly original?: string
}

export function isTexts(given: Candidate['given']): given is readonly Setting[] {
  return Array.isArray(given)
}

/** Where a value came from, when no place in a file says so. */
function givenBy({ kind, detail }: Origin): string {
  switch (kind) {
    case 'cli':
    case 'env':
      return `, given by ${detail}`
    case 'override':
      return ', set by the program'
    case 'setDefault':
    case 'default':
      return ', its default'
    case 'file':
    case 'source':
      return ''
    default:
      return kind satisfies never
  }
}

/** A value as a message quotes it: short, on one line. */
export function shownValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}…"` : text
}
