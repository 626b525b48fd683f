// Raw settings → typed values: precedence and references, each option once and kept.
// Never throws for what an operator wrote: problems are collected, so that all can be told at once.
import { closeNames } from '../diagnostic.ts'
import { type Diagnostic, diagnostic } from '../errors.ts'
import { type Candidate, Conversion, inCode, isTexts } from './conversion.ts'
import { expectedOf, renderValue } from './kinds.ts'
import { envName, flagName } from './names.ts'
import { masked } from './masked.ts'
import type { Option } from './option.ts'
import { type Registered, type Registry, subOptions } from './registry.ts'
import { isError, withOriginal } from './report.ts'
import type { Origin, Reference, Sources } from './sources.ts'

/** Values set in code, by option key; `setDefault` lies below every other source, `override` above. */
export interface CodeValues {
  readonly overrides: Map<string, unknown>
  readonly defaults: Map<string, unknown>
}

export interface Resolved {
  readonly value: unknown
  /** The value as listings show it, secrets masked. */
  readonly shown: unknown
  readonly origin: Origin
  /** Secret itself, or holding a secret by substitution. */
  readonly isSecret: boolean
  readonly isBroken: boolean
  /** Errors and warnings. */
  readonly problems: readonly Diagnostic[]
  /** What lost, the nearest first, without the default. Found when asked for: only listings do. */
  overridden(): readonly Candidate[]
}

export class Resolver {
  readonly #registry: Registry
  readonly #sources: Sources
  readonly #code: CodeValues
  readonly #frozen: Resolver | null
  readonly #resolved = new Map<string, Resolved>()
  /** Options whose value is being found, outermost first: a name seen twice refers to itself. */
  readonly #open: string[] = []

  /** @param frozen answers for the options that a running service keeps, and for all that those refer to */
  constructor(registry: Registry, sources: Sources, code: CodeValues, frozen: Resolver | null = null) {
    this.#registry = registry
    this.#sources = sources
    this.#code = code
    this.#frozen = frozen
  }

  get sources(): Sources {
    return this.#sources
  }

  get code(): CodeValues {
    return this.#code
  }

  /** After a change in code: any value may refer to any other. */
  forget(): void {
    this.#resolved.clear()
  }

  resolve(registered: Registered): Resolved {
    if (this.#frozen && !registered.option.mutable) return this.#frozen.resolve(registered)
    const known = this.#resolved.get(registered.key)
    if (known) return known
    this.#open.push(registered.key)
    const resolved = this.#find(registered)
    this.#open.pop()
    this.#resolved.set(registered.key, resolved)
    return resolved
  }

  #find(registered: Registered): Resolved {
    if (registered.option.kind === 'subcommand') return this.#command(registered)
    const winner = this.#candidates(registered).next().value
    const job = new Conversion(registered, {
      option: (name, from) => this.#refer(registered, name, from),
      outside: (text) => this.#outside(registered, text),
    })
    const value = winner ? job.run(winner) : null
    if (value === null && !job.isBroken && registered.option.required) job.fail(missing(registered))
    const known = job.isBroken ? null : value
    return {
      value: known,
      shown: job.isSecret ? masked : known,
      origin: winner?.origin ?? inCode('default'),
      isSecret: job.isSecret,
      isBroken: job.isBroken,
      problems: [...job.problems, ...(winner ? notesOf(registered, winner, value) : [])],
      overridden: () => [...this.#candidates(registered)].slice(1).filter(({ origin }) => origin.kind !== 'default'),
    }
  }

  /** The chosen command with the values of its own options. */
  #command(registered: Registered): Resolved {
    const chosen = this.#sources.settings(registered).next().value
    if (!chosen) {
      const problems = [missing(registered)]
      const origin = inCode('default')
      return { value: null, shown: null, origin, isSecret: false, isBroken: true, problems, overridden: none }
    }
    const name = chosen.text
    const parts = subOptions(registered, name).map((option) => ({ option, resolved: this.resolve(option) }))
    const objectOf = (valueOf: (resolved: Resolved) => unknown): unknown => {
      const values = parts.map(({ option, resolved }) => [option.name, valueOf(resolved)])
      return Object.freeze(Object.fromEntries([['name', name], ...values]))
    }
    return {
      value: objectOf(({ value }) => value),
      shown: objectOf(({ shown }) => shown),
      origin: chosen.origin,
      isSecret: false,
      isBroken: parts.some(({ resolved }) => resolved.isBroken),
      problems: parts.flatMap(({ resolved }) => resolved.problems),
      overridden: none,
    }
  }

  /** In the order of precedence. */
  *#candidates(registered: Registered): Generator<Candidate, void> {
    const { key, option } = registered
    const { overrides, defaults } = this.#code
    if (overrides.has(key)) yield { origin: inCode('override'), given: { value: overrides.get(key) } }
    yield* this.#fromSources(registered)
    if (defaults.has(key)) yield { origin: inCode('setDefault'), given: { value: defaults.get(key) } }
    if (option.default !== undefined && option.default !== null) {
      yield { origin: inCode('default'), given: { value: option.default } }
    }
  }

  *#fromSources(registered: Registered): Generator<Candidate, void> {
    if (registered.option.kind !== 'multi') {
      for (const setting of this.#sources.settings(registered)) yield { origin: setting.origin, given: [setting] }
      return
    }
    const given = this.#sources.values(registered)
    const last = given.at(-1)
    if (last) yield { origin: last.origin, given }
  }

  /** An option that is named `file` or `env` keeps its meaning: `$file:x` is then its value and ":x". */
  #outside(holder: Registered, text: string): Reference | undefined {
    const word = /^\$(file|env):.+$/u.exec(text)?.[1]
    if (word === undefined || this.#registry.find(word, holder.group)) return undefined
    return this.#sources.reference(text) ?? { problem: 'refers to a file or a variable, which a remote source may not' }
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
    if (isBroken) problems.filter(isError).forEach((problem) => job.fail(problem))
    return referred(target.option, value)
  }
}

function none(): readonly Candidate[] {
  return []
}

/** A value as a text that refers to it gets it: Python's spelling of true and false, '' for nothing. */
function referred(option: Option, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return renderValue(option, value)
}

function missing({ group, name, fullName, option, isOfCommand }: Registered): Diagnostic {
  const place = option.positional ? `, or as <${name}>` : option.cli ? `, by ${flagName(group, name)}` : ''
  const inFile = `set ${name} in [${group}] of a configuration file, as ${envName(group, name)}${place}`
  const problem = diagnostic('error', 'SLIPWAY_CONFIG_REQUIRED', `option "${fullName}" has no value and needs one`, {
    expected: expectedOf(option),
    hint: isOfCommand ? `give ${option.positional ? `<${name}>` : flagName(group, name)}` : inFile,
  })
  return withOriginal(problem, `value required for option ${name} in group [${group}]`)
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
