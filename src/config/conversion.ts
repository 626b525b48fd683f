// One option's raw say → its value: substitution, conversion, and what to tell when either fails.
// Collects problems and throws none; what a name refers to is the resolver's answer.
import { type Diagnostic, diagnostic, type Where } from '../errors.ts'
import { convert, expectedOf } from './kinds.ts'
import type { Option } from './option.ts'
import type { Registered } from './registry.ts'
import { Rejection } from './rejection.ts'
import { type Origin, type Setting, withoutText } from './sources.ts'
import { substitute, substituteWithin } from './substitute.ts'

/** One source's say: texts (one, unless the option is multi-valued) or a value from code. */
export interface Candidate {
  readonly origin: Origin
  readonly given: readonly Setting[] | { readonly value: unknown }
}

export const inCode = (kind: 'override' | 'setDefault' | 'default'): Origin => ({ kind, detail: kind, where: null })

/** One conversion with what went wrong in it. */
export class Conversion {
  readonly problems: Diagnostic[] = []
  isSecret: boolean
  readonly #registered: Registered
  readonly #refer: (name: string, job: Conversion) => string
  #origin: Origin = inCode('default')

  constructor(registered: Registered, refer: (name: string, job: Conversion) => string) {
    this.#registered = registered
    this.#refer = refer
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
      const value = substituteWithin(given.value, (name) => this.#refer(name, this))
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
    this.#failSubstitution(`${subject} refers to an unknown option "${name}"`, {
      alternatives,
      hint: `${dotted}write "$$" for a dollar`,
    })
  }

  failCycle(chain: readonly string[]): void {
    this.#failSubstitution(`option "${this.#registered.fullName}" refers to itself: ${chain.join(' > ')}`, {})
  }

  #failSubstitution(message: string, parts: { alternatives?: readonly string[]; hint?: string }): void {
    const text = `${message}${givenBy(this.#origin)}`
    this.fail(diagnostic('error', 'SLIPWAY_CONFIG_SUBSTITUTION', text, { ...parts, where: this.#where() }))
  }

  #one(option: Option, setting: Setting): unknown {
    this.#origin = setting.origin
    const before = this.problems.length
    const text = substitute(setting.text, (name) => this.#refer(name, this))
    return this.problems.length > before ? null : this.#convert(option, text, setting.text)
  }

  #convert(option: Option, value: unknown, written: string | null): unknown {
    try {
      return convert(option, value)
    } catch (error) {
      if (!(error instanceof Rejection)) throw error
      this.fail(this.#misfit(option, value, error.reason, written))
      return null
    }
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
