// What sample file and reference say of an option besides its help: the name of its kind, bounds, choices,
// earlier names. In the words of oslo-config-generator. Pure.
import { choicesOf, renderValue } from './kinds.ts'
import { foldGroup, splitName } from './names.ts'
import type { Kind, Option } from './option.ts'
import { portBounds } from './quantities.ts'

const kindNames: Readonly<Record<Kind, string>> = {
  str: 'string value',
  int: 'integer value',
  port: 'port value',
  float: 'floating point value',
  duration: 'duration value',
  bytes: 'size value',
  bool: 'boolean value',
  list: 'list value',
  dict: 'dict value',
  multi: 'multi valued',
  ip: 'IP address value',
  hostname: 'hostname value',
  host: 'host address value',
  hostDomain: 'host domain value',
  uri: 'uri value',
  subcommand: 'command',
}

export function kindName({ kind }: Option): string {
  return kindNames[kind]
}

/** As texts of a file; null where there is none. */
export function boundsOf(option: Option): { readonly min: string | null; readonly max: string | null } {
  const { min, max } = option.kind === 'port' ? portBounds(option) : option
  const text = (bound: number | undefined): string | null => (bound === undefined ? null : boundText(option, bound))
  return { min: text(min), max: text(max) }
}

/** A bound of a number as it is declared; of a time or a size as a file would hold it. */
function boundText(option: Option, bound: number): string {
  return option.kind === 'duration' || option.kind === 'bytes' ? renderValue(option, bound) : String(bound)
}

/** Each allowed value with its description, or null. */
export function describedChoices(
  option: Option,
): readonly (readonly [choice: string | number, about: string | null])[] {
  return Array.from(choicesOf(option), ([choice, about]) => [choice, about === '' ? null : about] as const)
}

/** Earlier names, by group; those with a dash no file can hold. */
export function oldNames(option: Option, group: string): readonly { readonly group: string; readonly name: string }[] {
  return (option.deprecatedNames ?? [])
    .map((written) => splitName(written, group))
    .filter(({ name }) => !name.includes('-'))
    .map((old) => ({ group: foldGroup(old.group), name: old.name }))
}
