// The constructors of options, one per kind: what an author writes, with the types that follow.
// Nothing is checked here: an option has no name yet (group.ts).
import type { Command, CommonSettings, Kind, Option, Options, ValueOf } from './option.ts'

interface StrSettings extends CommonSettings {
  /** Searched anywhere in the text, as oslo.config does: anchor it yourself. */
  readonly regex?: RegExp
  readonly maxLength?: number
  /** Choices and regex disregard case; the value keeps its spelling. */
  readonly ignoreCase?: boolean
  /** One pair of quotes round the value is dropped; an unclosed one is an error. */
  readonly quotes?: boolean
}

interface NumberSettings extends CommonSettings {
  /** Both bounds are inclusive. */
  readonly min?: number
  readonly max?: number
  readonly choices?: readonly number[]
}

interface ItemSettings<T> extends CommonSettings {
  /** The kind of the items: `int({ min: 1 })`. Text unless given. */
  readonly of?: Option<T>
}

interface Bounded {
  /** The text must stand in `[ ]` (a dict in `{ }`). */
  readonly bounds?: boolean
}

/** Of a time or a size the bounds are seconds or bytes, and the lowest is 0 unless given. */
type AmountSettings = Pick<NumberSettings, 'min' | 'max' | keyof CommonSettings>

/** A flag needs no value. */
type SwitchSettings = Omit<CommonSettings, 'positional'>

interface IpSettings extends CommonSettings {
  readonly version?: 4 | 6
}

interface UriSettings extends CommonSettings {
  readonly schemes?: readonly string[]
  readonly maxLength?: number
}

/**
 * A text default is converted as a text in a file would be, `$name` included. Without a default and not
 * required the value may be null. A number that is set to an empty text is null as well, whatever its
 * default (as oslo.config documents); that gives a warning.
 */
interface Declare<S, T, N = Needed> {
  (settings: S & { readonly default: T | string }): Option<T>
  (settings: S & N): Option<T>
  (settings?: S): Option<T | null>
}

type Needed = { readonly required: true } | { readonly positional: true; readonly required?: true }

type Choices<C extends string> = { readonly choices: readonly C[] | Readonly<Record<C, string>> }
type Spelt<S> = S & { readonly ignoreCase?: false }
/** The value keeps its own spelling, so its type is no union of the choices. */
type Folded = StrSettings & Choices<string> & { readonly ignoreCase: true }

interface DeclareStr extends Declare<StrSettings, string> {
  /** `choices` is a list, or a record of value → description. */
  <const C extends string>(
    settings: Spelt<StrSettings> & Choices<C> & { readonly default: NoInfer<C> | `${string}$${string}` },
  ): Option<C>
  <const C extends string>(settings: Spelt<StrSettings> & Choices<C> & Needed): Option<C>
  <const C extends string>(settings: Spelt<StrSettings> & Choices<C>): Option<C | null>
  (settings: Folded & { readonly default: string }): Option<string>
  (settings: Folded & Needed): Option<string>
  (settings: Folded): Option<string | null>
}

interface DeclareItems<B> {
  <T = string>(
    settings: ItemSettings<T> & B & { readonly default: readonly NonNullable<NoInfer<T>>[] | string },
  ): Option<readonly NonNullable<T>[]>
  <T = string>(settings: ItemSettings<T> & B & Needed): Option<readonly NonNullable<T>[]>
  <T = string>(settings?: ItemSettings<T> & B): Option<readonly NonNullable<T>[] | null>
}

interface DeclareDict {
  <T = string>(
    settings: ItemSettings<T> &
      Bounded & {
        readonly default: Readonly<Record<string, NonNullable<NoInfer<T>>>> | string
      },
  ): Option<Readonly<Record<string, NonNullable<T>>>>
  <T = string>(settings: ItemSettings<T> & Bounded & Needed): Option<Readonly<Record<string, NonNullable<T>>>>
  <T = string>(settings?: ItemSettings<T> & Bounded): Option<Readonly<Record<string, NonNullable<T>>> | null>
}

/** A text. */
export const str = declare('str') as DeclareStr
/** A whole number, spelt as Python's `int()` takes it. */
export const int = declare('int') as Declare<NumberSettings, number>
/** A number, spelt as Python's `float()` takes it. */
export const float = declare('float') as Declare<NumberSettings, number>
/** A length of time in seconds: `30s`, `5m`, `1h30m`, `250ms`, or a plain number of seconds. */
export const duration = declare('duration') as Declare<AmountSettings, number>
/** An amount of data in bytes: `64KiB`, `10MB`, or a plain number of bytes. */
export const bytes = declare('bytes') as Declare<AmountSettings, number>
/** `true`, `1`, `on`, `yes` or `false`, `0`, `off`, `no`; on the command line `--name` and `--noname`. */
export const bool = declare('bool') as Declare<SwitchSettings, boolean, { readonly required: true }>
/** A TCP port: 0 to 65535. */
export const port = declare('port') as Declare<NumberSettings, number>
/** Items separated by commas. */
export const list = declare('list') as DeclareItems<Bounded>
/** `key:value` pairs separated by commas. */
export const dict = declare('dict') as DeclareDict
/** May be set several times; every occurrence in files, then on the command line, adds a value. */
export const multi = declare('multi') as DeclareItems<unknown>
/** An IP address, strictly spelt. */
export const ip = declare('ip') as Declare<IpSettings, string>
/** A host name of RFC 1123. */
export const hostname = declare('hostname') as Declare<CommonSettings, string>
/** An IP address or a host name. */
export const host = declare('host') as Declare<IpSettings, string>
/** As `host`, underscores allowed. */
export const hostDomain = declare('hostDomain') as Declare<IpSettings, string>
/** A URI with a scheme and a host. */
export const uri = declare('uri') as Declare<UriSettings, string>

interface SubcommandSettings<C> {
  readonly help?: string
  /** What the usage line calls it; `command` unless given. */
  readonly metavar?: string
  readonly commands: C
}

type Flat<T> = { readonly [Name in keyof T]: T[Name] }
type ArgumentsOf<C> = C extends { readonly options: infer O extends Options }
  ? { readonly [Name in keyof O]: ValueOf<O[Name]> }
  : unknown
type CommandOf<C> = { [Name in keyof C & string]: Flat<{ readonly name: Name } & ArgumentsOf<C[Name]>> }[keyof C &
  string]

/**
 * A command of a command, `shop-manage upgrade --delta 2`: always required, one for a configuration.
 * Its value is the chosen command's `name` with the values of that command's own options.
 *
 *     command: subcommand({ commands: { upgrade: { options: { delta: int(), revision: str({ positional: true }) } }, current: {} } })
 */
export function subcommand<const C extends Readonly<Record<string, Command>>>(
  settings: SubcommandSettings<C>,
): Option<CommandOf<C>> {
  return Object.freeze({ ...settings, kind: 'subcommand', cli: true, required: true })
}

function declare(kind: Kind): (settings?: Partial<Option>) => Option {
  return (settings = {}) => {
    if (!settings.positional) return Object.freeze({ ...settings, kind })
    return Object.freeze({ ...settings, kind, cli: true, required: settings.required ?? true })
  }
}
