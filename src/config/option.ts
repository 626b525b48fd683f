// What an option and a group are: plain frozen data, declared once in code. Runs wherever a module
// declares its options; reads no text (kinds.ts does) and knows no sources.
import { SlipwayError } from '../errors.ts'

export type Kind =
  | 'str'
  | 'int'
  | 'port'
  | 'float'
  | 'bool'
  | 'list'
  | 'dict'
  | 'multi'
  | 'ip'
  | 'hostname'
  | 'host'
  | 'hostDomain'
  | 'uri'

/** What every option may say of itself. */
export interface CommonSettings {
  /** What it is for: a sentence or more, shown in `--help` and in the sample file. */
  readonly help?: string
  /** No value from any source is an error at start. An empty text is a value, an empty number is not. */
  readonly required?: boolean
  /** Also a command line flag: `--name`, in a group `--group-name`. */
  readonly cli?: boolean
  /** One letter: the flag's short form. */
  readonly short?: string
  /** What `--help` shows for the flag's value. */
  readonly metavar?: string
  /** Its value is never shown: not in messages, not in listings. */
  readonly secret?: boolean
  /** A running service takes a changed value over. */
  readonly mutable?: boolean
  /** Listed last in the sample file, with a warning to ordinary users. */
  readonly advanced?: boolean
  /** What the sample file shows in place of the default. */
  readonly sampleDefault?: unknown
  /** Earlier names: `name` in the same group, or `group.name`. */
  readonly deprecatedNames?: readonly string[]
  /** Setting it gives a warning. */
  readonly deprecatedForRemoval?: { readonly reason?: string; readonly since?: string }
}

/** What the kinds add; which of them a kind takes is told by its constructor in declare.ts. */
interface KindSettings {
  readonly min?: number
  readonly max?: number
  readonly choices?: readonly (string | number)[] | Readonly<Record<string, string>>
  readonly ignoreCase?: boolean
  readonly regex?: RegExp
  readonly maxLength?: number
  readonly quotes?: boolean
  readonly bounds?: boolean
  readonly of?: Option
  readonly version?: 4 | 6
  readonly schemes?: readonly string[]
}

declare const valueType: unique symbol

/** An option as declared; `T` is the type of its value and exists only for the compiler. */
export interface Option<T = unknown> extends CommonSettings, KindSettings {
  readonly kind: Kind
  readonly default?: unknown
  readonly [valueType]?: T
}

export type Options = Readonly<Record<string, Option>>

/** Options under one heading of the file. `DEFAULT` is the group of options without a group. */
export interface OptionGroup<O extends Options = Options> {
  readonly name: string
  readonly options: O
  readonly help: string | null
}

/** The typed values of a group: `{ readonly workers: number }`. */
export type ValuesOf<G extends OptionGroup> = {
  readonly [Name in keyof G['options']]: G['options'][Name] extends Option<infer T> ? T : never
}

/** `api.workers`; an option of DEFAULT by its name alone. */
export function fullName(group: string, name: string): string {
  return group === 'DEFAULT' ? name : `${group}.${name}`
}

/** Group names fold to lower case in files, except DEFAULT (as oslo.config does). */
export function foldGroup(group: string): string {
  return group === 'DEFAULT' ? group : group.toLowerCase()
}

/** A file and a flag may spell an option's name with dashes. */
export function foldName(name: string): string {
  return name.replaceAll('-', '_')
}

/** One spelling for each option: what maps are keyed by. */
export function optionKey(group: string, name: string): string {
  return `${foldGroup(group)}.${foldName(name)}`
}

/** `group.name` or `name` taken apart; a group's name may hold dots, an option's may not. */
export function splitName(name: string, group = 'DEFAULT'): { group: string; name: string } {
  const dot = name.lastIndexOf('.')
  return dot === -1 ? { group, name } : { group: name.slice(0, dot), name: name.slice(dot + 1) }
}

// The first six as oslo.config reserves them, the others are its own flags.
const reserved = new Set([
  'project',
  'prog',
  'version',
  'usage',
  'default_config_files',
  'default_config_dirs',
  'config_file',
  'config_dir',
  'help',
])

/**
 * Declares options under one heading.
 *
 *     const apiGroup = group('api', { workers: int({ default: 1, min: 1, cli: true, help: 'Number of workers' }) })
 *
 * @throws SlipwayError SLIPWAY_CONFIG_DECLARATION for a name that a file or a flag could not hold
 */
export function group<const O extends Options>(
  name: string,
  options: O,
  about: { readonly help?: string } = {},
): OptionGroup<O> {
  if (!/^[A-Za-z][\w.-]*$/u.test(name)) {
    throw new SlipwayError('SLIPWAY_CONFIG_DECLARATION', `option group "${name}" has a name that no file can hold`, {
      expected: 'a letter, then letters, digits, "_", "-" or "."',
    })
  }
  for (const [option, { short }] of Object.entries(options)) checkName(name, option, short)
  return Object.freeze({ name, options: Object.freeze({ ...options }), help: about.help ?? null })
}

function checkName(group: string, name: string, short: string | undefined): void {
  const subject = `option "${fullName(group, name)}"`
  if (!/^[A-Za-z]\w*$/u.test(name)) {
    throw new SlipwayError('SLIPWAY_CONFIG_DECLARATION', `${subject} has a name that no file can hold`, {
      expected: 'a letter, then letters, digits or "_"',
    })
  }
  if (group === 'DEFAULT' && reserved.has(name)) {
    throw new SlipwayError('SLIPWAY_CONFIG_DECLARATION', `${subject} has a reserved name`, {
      hint: 'give it another name, or put it into a group',
    })
  }
  if (short !== undefined && !/^[A-Za-z]$/u.test(short)) {
    throw new SlipwayError('SLIPWAY_CONFIG_DECLARATION', `${subject} has the short form "${short}"`, {
      expected: 'one letter',
    })
  }
}
