// What an option and a group are: plain frozen data, declared once in code. Types only; declare.ts makes
// options, group.ts groups.

export type Kind =
  | 'str'
  | 'int'
  | 'port'
  | 'float'
  | 'duration'
  | 'bytes'
  | 'bool'
  | 'list'
  | 'dict'
  | 'multi'
  | 'ip'
  | 'hostname'
  | 'host'
  | 'hostDomain'
  | 'uri'
  | 'subcommand'

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
  /** A word of the command line instead of a flag. Required unless said otherwise; a `multi` takes all that are left. */
  readonly positional?: boolean
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
  readonly commands?: Readonly<Record<string, Command>>
}

/** A command of a command: its options are words and flags behind its name, in no file and no variable. */
export interface Command<O extends Options = Options> {
  readonly help?: string
  readonly options?: O
  /** Other spellings of its name; no help shows them. */
  readonly aliases?: readonly string[]
  /** Commands with the same one stand together in the program's help. */
  readonly heading?: string
  /** What its help ends with. */
  readonly epilog?: string
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

/** The typed value of a single option. */
export type ValueOf<O> = O extends Option<infer T> ? T : never

/** The typed values of a group: `{ readonly workers: number }`. */
export type ValuesOf<G extends OptionGroup> = {
  readonly [Name in keyof G['options']]: ValueOf<G['options'][Name]>
}
