// Makes a group of options and refuses a declaration that contradicts itself, at import of the module
// that holds it. Knows no sources.
import { SlipwayError, type SlipwayErrorParts } from '../errors.ts'
import { convert, expectedOf } from './kinds.ts'
import { fullName } from './names.ts'
import type { Option, OptionGroup, Options } from './option.ts'
import { Rejection } from './rejection.ts'

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
 * @throws SlipwayError SLIPWAY_CONFIG_DECLARATION for a name that a file or a flag could not hold, and for an
 * option that contradicts itself
 */
export function group<const O extends Options>(
  name: string,
  options: O,
  about: { readonly help?: string } = {},
): OptionGroup<O> {
  if (!/^[A-Za-z][\w.-]*$/u.test(name)) {
    refuse(`option group "${name}" has a name that no file can hold`, {
      expected: 'a letter, then letters, digits, "_", "-" or "."',
    })
  }
  for (const [optionName, option] of Object.entries(options)) checkOption(name, optionName, option)
  return Object.freeze({ name, options: Object.freeze({ ...options }), help: about.help ?? null })
}

function checkOption(group: string, name: string, option: Option): void {
  const subject = `option "${fullName(group, name)}"`
  if (!/^[A-Za-z]\w*$/u.test(name)) {
    refuse(`${subject} has a name that no file can hold`, {
      expected: 'a letter, then letters, digits or "_"',
      ...(name.startsWith('_') ? { original: `illegal name ${name} with prefix _` } : {}),
    })
  }
  if (group === 'DEFAULT' && reserved.has(name)) {
    refuse(`${subject} has a reserved name`, { hint: 'give it another name, or put it into a group' })
  }
  if (option.short !== undefined && !/^[A-Za-z]$/u.test(option.short)) {
    refuse(`${subject} has the short form "${option.short}"`, { expected: 'one letter' })
  }
  if (option.positional && (option.kind === 'bool' || option.short !== undefined)) {
    refuse(`${subject} cannot be a word of the command line`, { expected: 'an option with a value and no short form' })
  }
  for (const [command, { options = {} }] of Object.entries(option.commands ?? {})) checkCommand(command, options)
  if (option.min !== undefined && option.max !== undefined && option.min > option.max) {
    refuse(`${subject} has a lowest value ${option.min} above its highest, ${option.max}`)
  }
  checkDefault(subject, option)
}

/** The value of a subcommand is its name with its options beside it. */
function checkCommand(command: string, options: Options): void {
  if (!/^[A-Za-z0-9][\w-]*$/u.test(command)) {
    refuse(`command "${command}" has a name that is no word`, { expected: 'letters, digits, "_" or "-"' })
  }
  for (const [name, option] of Object.entries(options)) {
    if (name === 'name') refuse(`command "${command}" has an option "name"`, { hint: 'its value holds the name there' })
    if (option.kind === 'subcommand') refuse(`command "${command}" holds commands itself`, { expected: 'one level' })
    checkOption(command, name, option)
  }
}

function checkDefault(subject: string, option: Option): void {
  const value = option.default
  // A default that refers to another option can only be judged when that one has its value.
  if (value === undefined || value === null || JSON.stringify(value)?.includes('$')) return
  try {
    convert(option, value)
  } catch (error) {
    if (!(error instanceof Rejection)) throw error
    refuse(`${subject} cannot have the default ${JSON.stringify(value)}`, { expected: expectedOf(option) })
  }
}

function refuse(message: string, parts: SlipwayErrorParts = {}): never {
  throw new SlipwayError('SLIPWAY_CONFIG_DECLARATION', message, parts)
}
