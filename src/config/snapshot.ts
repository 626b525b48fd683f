// A configuration as plain data: what travels to a worker process and is rebuilt there. Holds secrets.
import type { CodeValues } from './resolver.ts'
import type { Reading } from './sources.ts'

/** What sources and program said at one moment. */
export interface SavedState extends Reading {
  readonly overrides: Readonly<Record<string, unknown>>
  readonly defaults: Readonly<Record<string, unknown>>
}

/** A configuration as plain data: structured clone and JSON keep it whole. Holds secrets. */
export interface ConfigSnapshot extends SavedState {
  readonly prog: string
  readonly project: string | null
  readonly version: string | null
  readonly args: readonly string[]
  /** The command line, secrets masked. */
  readonly commandLine: readonly string[]
  /** Where `findFile` looks, in order. */
  readonly folders: readonly string[]
  /** Options that the command line knew. */
  readonly flags: readonly string[]
  /** The defaults that were declared where the configuration was read, by option key: a worker declares less. No secrets. */
  readonly declared: Readonly<Record<string, string>>
  /** The latest reload, which mutable options follow; null before the first. */
  readonly live: SavedState | null
}

export function readingOf({ timeline, env, references, sourceGroups, notes }: Reading): Reading {
  return { timeline, env, references, sourceGroups, notes }
}

export function savedCode({ overrides, defaults }: CodeValues): Pick<SavedState, 'overrides' | 'defaults'> {
  return { overrides: Object.fromEntries(overrides), defaults: Object.fromEntries(defaults) }
}

export function codeOf({ overrides, defaults }: Pick<SavedState, 'overrides' | 'defaults'>): CodeValues {
  return { overrides: new Map(Object.entries(overrides)), defaults: new Map(Object.entries(defaults)) }
}

/** JSON has neither infinities, for which a text stands that converts back, nor a zero below zero. */
export function portable(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : String(value).replace('Infinity', 'inf')
  if (Array.isArray(value)) return value.map(portable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, portable(part)]))
}
