// Raw settings → typed values: precedence, substitution, conversion, each option once and kept.
// Never throws for what an operator wrote: problems are collected, so that all can be told at once.
import { closeNames } from '../diagnostic.ts'
import { type Diagnostic, diagnostic, type Where } from '../errors.ts'
import { convert, expectedOf, Rejection, renderValue } from './kinds.ts'
import type { Option } from './option.ts'
import type { Registered, Registry } from './registry.ts'
import { envName, type Origin, type Setting, type Sources, withoutText } from './sources.ts'
import { substitute, substituteWithin } from './substitute.ts'

/** Values set in code, by option key; `setDefault` lies below every other source, `override` above. */
export interface CodeValues {
  readonly overrides: Map<string, unknown>
  readonly defaults: Map<string, unknown>
}

export interface Resolved {
  readonly value: unknown
  readonly origin: Origin
  /** Secret itself, or holding a secret by substitution. */
  readonly isSecret: boolean
  readonly isBroken: boolean
  /** Errors and warnings. */
  readonly problems: readonly Diagnostic[]
  /** What lost, the nearest first, without the default. */
  readonly overridden: readonly Candidate[]
}

/** One source's say: texts (one, unless the option is multi-valued) or a value from code. */
export interface Candidate {
  readonly origin: Origin
  readonly given: readonly Setting[] | { readonly value: unknown }
}

const inCode = (kind: 'override' | 'setDefault' | 'default'): Origin => ({ kind, detail: kind, where: null })

export class Resolver {
  readonly #registry: Registry
  readonly #sources: Sources
  readonly #code: CodeValues
  readonly #resolved = new Map<string, Resolved>()
  /** Options whose value is being found, outermost first: a name seen twice refers to itself. */
  readonly #open: string[] = []

  constructor(registry: Registry, sources: Sources, code: CodeValues) {
    this.#registry = registry
    this.#sources = sources
    this.#code = code
  }

  /** After a change in code: any value may refer to any other. */
  forget(): void {
    this.#resolved.clear()
  }

  resolve(registered: Registered): Resolved {
    const known = this.#resolved.get(registered.key)
    if (known) return known
    this.#open.push(registered.key)
    const resolved = this.#find(registered)
    this.#open.pop()
    this.#resolved.set(registered.key, resolved)
    return resolved
  }

  #find(registered: Registered): Resolved {
    const [winner, ...overridden] = this.#candidates(registered)
    if (!winner) {
      const problems = registered.option.required ? [missing(registered)] : []
      const isSecret = registered.option.secret ?? false
      return { value: null, origin: inCode('default'), isSecret, isBroken: problems.length > 0, problems, overridden }
    }
    const job = new Conversion(registered, (name, from) => this.#refer(registered, name, from))
    const value = job.run(winner)
    if (value === null && !job.isBroken && registered.option.required) job.fail(missing(registered))
    return {
      value: job.isBroken ? null : value,
      origin: winner.origin,
      isSecret: job.isSecret,
      isBroken: job.isBroken,
      problems: [...job.problems, ...notesOf(registered, winner, value)],
      overridden: overridden.filter(({ origin }) => origin.kind !== 'default'),
    }
  }

  /** In the order of precedence. */
  #candidates(registered: Registered): Candidate[] {
    const { key, option } = registered
    const inCodeOf = (kind: 'override' | 'setDefault', values: Map<string, unknown>): Candidate[] =>
      values.has(key) ? [{ origin: inCode(kind), given: { value: values.get(key) } }] : []
    const hasDefault = option.default !== undefined && option.default !== null
    return [
      ...inCodeOf('override', this.#code.overrides),
      ...this.#fromSources(registered),
      ...inCodeOf('setDefault', this.#code.defaults),
      ...(hasDefault ? [{ origin: inCode('default'), given: { value: option.default } }] : []),
    ]
  }

  #fromSources(registered: Registered): Candidate[] {
    if (registered.option.kind !== 'multi') {
      return this.#sources.settings(registered).map((setting) => ({ origin: setting.origin, given: [setting] }))
    }
    const given = this.#sources.values(registered)
    const last = given.at(-1)
    return last ? [{ origin: last.origin, given }] : []
  }

  /** What a `$name` in an option stands for. */
  #refer(holder: Registered, name: string, job: Conversion): string {
    const target = this.#registry.find(name, holder.group)
    if (!target) {
      job.failReference(name, closeNames(name, this.#registry.names()))
      return ''
    }
    if (this.#open.includes(target.key)) {
      const chain = [...this.#open.slice(this.#open.indexOf(target.key)), target.key]
      job.failCycle(chain.map((key) => this.#registry.get(key)?.fullName ?? key))
      return ''
    }
    const { value, isSecret, isBroken } = this.resolve(target)
    if (isSecret) job.isSecret = true
    // The other option has told its problem; this one has none of its own.
    if (isBroken) job.isBroken = true
    return referred(target.option, value)
  }
}

/** One conversion with what went wrong in it. */
class Conversion {
  readonly problems: Diagnostic[] = []
  isSecret: boolean
  isBroken = false
  readonly #registered: Registered
  readonly #refer: (name: string, job: Conversion) => string
  #origin: Origin = inCode('default')

  constructor(registered: Registered, refer: (name: string, job: Conversion) => string) {
    this.#registered = registered
    this.#refer = refer
    this.isSecret = registered.option.secret ?? false
  }

  run({ origin, given }: Candidate): unknown {
    const { option } = this.#registered
    this.#origin = origin
    if (!isTexts(given)) {
      return this.#convert(
        option,
        substituteWithin(given.value, (name) => this.#refer(name, this)),
        null,
      )
    }
    if (option.kind === 'multi') {
      return Object.freeze(given.map((setting) => this.#one(option.of ?? { kind: 'str' }, setting)))
    }
    const [setting] = given
    return setting ? this.#one(option, setting) : null
  }

  fail(problem: Diagnostic): void {
    this.isBroken = true
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
    return this.#convert(
      option,
      substitute(setting.text, (name) => this.#refer(name, this)),
      setting.text,
    )
  }

  #convert(option: Option, value: unknown, written: string | null): unknown {
    if (this.isBroken) return null
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

function isTexts(given: Candidate['given']): given is readonly Setting[] {
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

/** A value as a text that refers to it gets it: Python's spelling of true and false, '' for nothing. */
function referred(option: Option, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return renderValue(option, value)
}

function missing({ group, name, fullName, option, key }: Registered): Diagnostic {
  const flag = option.cli ? `, by ${flagName(group, name)}` : ''
  return diagnostic('error', 'SLIPWAY_CONFIG_REQUIRED', `option "${fullName}" has no value and needs one`, {
    expected: expectedOf(option),
    hint: `set ${key.slice(key.lastIndexOf('.') + 1)} in [${group}] of a configuration file, as ${envName(group, name)}${flag}`,
  })
}

/** `--log-file`, in a group `--api-workers`; dashes for underscores. */
export function flagName(group: string, name: string, prefix = ''): string {
  const path = group === 'DEFAULT' ? `${prefix}${name}` : `${group}-${prefix}${name}`
  return `--${path.replaceAll('_', '-')}`
}

function notesOf(registered: Registered, { given, origin }: Candidate, value: unknown): Diagnostic[] {
  if (!isTexts(given)) return []
  const { option, fullName } = registered
  const notes: Diagnostic[] = []
  const note = (code: 'SLIPWAY_CONFIG_DEPRECATED' | 'SLIPWAY_CONFIG_VALUE', message: string, hint: string): void => {
    notes.push(diagnostic('warning', code, message, { where: origin.where, hint }))
  }
  for (const oldName of new Set(given.map((setting) => setting.oldName))) {
    if (oldName !== null) {
      note('SLIPWAY_CONFIG_DEPRECATED', `"${oldName}" is an old name of option "${fullName}"`, `write ${fullName}`)
    }
  }
  if (option.deprecatedForRemoval) {
    const { reason, since } = option.deprecatedForRemoval
    const message = `option "${fullName}" is deprecated${since === undefined ? '' : ` since ${since}`} and will be removed`
    note('SLIPWAY_CONFIG_DEPRECATED', message, reason ?? 'remove it')
  }
  if (value === null && option.default !== undefined && option.default !== null && given[0]?.text.trim() === '') {
    note('SLIPWAY_CONFIG_VALUE', `option "${fullName}" is set to nothing, its default is not used`, 'remove the line')
  }
  return notes
}
