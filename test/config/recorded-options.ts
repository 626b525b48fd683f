// Options as the recorded cases of oslo.config describe them → our declarations.
import { group, type Option, type OptionGroup } from '../../src/config/index.ts'
import * as declare from '../../src/config/declare.ts'

export interface RecordedOption {
  readonly name: string
  readonly type: string
  readonly group?: string | null
  readonly item_type?: string
  readonly choices?: readonly (string | number | readonly [string, string | null])[]
  readonly deprecated_name?: string
  readonly deprecated_group?: string
  readonly deprecated_opts?: readonly { name?: string; group?: string }[]
  readonly deprecated_for_removal?: boolean
  readonly deprecated_reason?: string
  readonly deprecated_since?: string
  readonly subcommands?: Readonly<Record<string, readonly RecordedArgument[]>>
  readonly regex?: string
  readonly [setting: string]: unknown
}

interface RecordedArgument {
  readonly flag: string
  readonly type?: string
  readonly nargs?: string
  readonly action?: string
}

type Constructor = (settings: Partial<Option>) => Option

// What a case says of an option is not typed.
const constructors = {
  str: declare.str,
  int: declare.int,
  float: declare.float,
  bool: declare.bool,
  list: declare.list,
  dict: declare.dict,
  multistr: declare.multi,
  multi: declare.multi,
  port: declare.port,
  ip: declare.ip,
  hostname: declare.hostname,
  hostaddress: declare.host,
  hostdomain: declare.hostDomain,
  uri: declare.uri,
} as Readonly<Record<string, unknown>> as Readonly<Record<string, Constructor>>

/** A group with this option alone; names are in the form that they have in files. */
export function declared(recorded: RecordedOption): OptionGroup {
  return group(recorded.group ?? 'DEFAULT', { [recorded.name.replaceAll('-', '_')]: optionOf(recorded) })
}

function optionOf(recorded: RecordedOption): Option {
  if (recorded.type === 'subcommand') return commandOf(recorded.subcommands ?? {})
  const { name: _name, type, group: _group, item_type, choices, regex, ...rest } = recorded
  const {
    deprecated_name,
    deprecated_group,
    deprecated_opts = [],
    deprecated_for_removal,
    deprecated_reason,
    deprecated_since,
    max_length,
    ignore_case,
    item_type: _item,
    ...settings
  } = rest
  const old = [
    ...(deprecated_name === undefined ? [] : [{ name: deprecated_name, group: deprecated_group }]),
    ...deprecated_opts,
  ]
  const about = {
    ...(deprecated_reason === undefined ? {} : { reason: deprecated_reason }),
    ...(deprecated_since === undefined ? {} : { since: deprecated_since }),
  }
  return constructorOf(type)({
    ...settings,
    ...(item_type === undefined ? {} : { of: constructorOf(item_type)({}) }),
    ...(choices === undefined ? {} : { choices: choicesOf(choices) }),
    ...(regex === undefined ? {} : { regex: new RegExp(regex, 'u') }),
    ...(max_length === undefined ? {} : { maxLength: max_length as number }),
    ...(ignore_case === undefined ? {} : { ignoreCase: ignore_case as boolean }),
    ...(old.length === 0 ? {} : { deprecatedNames: old.map((one) => oldName(one, recorded.name)) }),
    ...(deprecated_for_removal ? { deprecatedForRemoval: about } : {}),
  })
}

function oldName({ name, group }: { name?: string; group?: string | undefined }, own: string): string {
  const dest = (name ?? own).replaceAll('-', '_')
  return group === undefined ? dest : `${group}.${dest}`
}

function choicesOf(choices: NonNullable<RecordedOption['choices']>): (string | number)[] {
  return choices.map((choice) => (typeof choice === 'object' ? choice[0] : choice))
}

function commandOf(subcommands: NonNullable<RecordedOption['subcommands']>): Option {
  const commands = Object.entries(subcommands).map(([name, args]) => {
    const options = args.map((argument) => [argument.flag.replace(/^--/u, ''), argumentOf(argument)] as const)
    return [name, { options: Object.fromEntries(options) }] as const
  })
  return declare.subcommand({ commands: Object.fromEntries(commands) })
}

function argumentOf({ flag, type = 'str', nargs, action }: RecordedArgument): Option {
  if (action === 'store_true') return declare.bool({ default: false })
  return constructorOf(type)(flag.startsWith('--') ? {} : { positional: true, required: nargs !== '?' })
}

function constructorOf(type: string): Constructor {
  const constructor = constructors[type]
  if (!constructor) throw new TypeError(`no recorded type "${type}" is known`)
  return constructor
}
