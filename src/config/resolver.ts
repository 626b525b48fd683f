// Raw settings → typed values: precedence and references, each option once and kept.
// Never throws for what an operator wrote: problems are collected, so that all can be told at once.
import { closeNames } from '../diagnostic.ts'
import { type Diagnostic, diagnostic } from '../errors.ts'
import { type Candidate, Conversion, inCode, isTexts } from './conversion.ts'
import { expectedOf, renderValue } from './kinds.ts'
import { envName, flagName } from './names.ts'
import type { Option } from './option.ts'
import type { Registered, Registry } from './registry.ts'
import type { Origin, Sources } from './sources.ts'

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
    const { value, isSecret, isBroken, problems } = this.resolve(target)
    if (isSecret) job.isSecret = true
    // The other option's problem is this one's too; a report tells it once.
    if (isBroken) problems.filter(({ severity }) => severity === 'error').forEach((problem) => job.fail(problem))
    return referred(target.option, value)
  }
}

/** A value as a text that refers to it gets it: Python's spelling of true and false, '' for nothing. */
function referred(option: Option, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return renderValue(option, value)
}

function missing({ group, name, fullName, option }: Registered): Diagnostic {
  const flag = option.cli ? `, by ${flagName(group, name)}` : ''
  return diagnostic('error', 'SLIPWAY_CONFIG_REQUIRED', `option "${fullName}" has no value and needs one`, {
    expected: expectedOf(option),
    hint: `set ${name} in [${group}] of a configuration file, as ${envName(group, name)}${flag}`,
  })
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
      const newName = oldName.startsWith('--') ? flagName(registered.group, registered.name) : fullName
      note('SLIPWAY_CONFIG_DEPRECATED', `"${oldName}" is an old name of option "${fullName}"`, `write ${newName}`)
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
