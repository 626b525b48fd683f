// Flags: declarations → a commander program → what was given, in order. Shows nothing and ends nothing;
// `--help` and `--version` come out as HelpShown for the command's main to print.
import { createRequire } from 'node:module'
import type * as Commander from 'commander'
import { closeNames } from '../diagnostic.ts'
import { SlipwayError } from '../errors.ts'
import { helpOf } from './help.ts'
import { itemOf } from './kinds.ts'
import { flagName } from './names.ts'
import type { Option } from './option.ts'
import type { Registered, Registry } from './registry.ts'

/** `--help` or `--version` was asked for: print `output`, end with `exitCode`. Not a failure. */
export class HelpShown extends Error {
  readonly output: string
  readonly exitCode = 0

  constructor(output: string) {
    super('help was shown')
    this.name = 'HelpShown'
    this.output = output
  }
}

/** What was given, in the order in which it was given. */
export type Given =
  | { readonly kind: 'config-file' | 'config-dir'; readonly path: string }
  | {
      readonly kind: 'flag'
      readonly key: string
      readonly flag: string
      readonly value: string
      readonly isOldName: boolean
    }

export interface CommandLine {
  readonly given: readonly Given[]
  readonly args: readonly string[]
}

export interface CommandLineSetup {
  readonly prog: string
  readonly argv: readonly string[]
  readonly registry: Registry
  readonly description?: string | undefined
  readonly version?: string | undefined
  /** How the words without a flag are called in the usage line; when absent such words are refused. */
  readonly positionals?: string | undefined
}

/**
 * @throws HelpShown
 * @throws SlipwayError SLIPWAY_USAGE, or SLIPWAY_CONFIG_DECLARATION when two options claim one flag
 */
export function parseCommandLine(setup: CommandLineSetup): CommandLine {
  const reader = new FlagReader(setup)
  return reader.read(setup.argv)
}

class FlagReader {
  readonly #setup: CommandLineSetup
  readonly #program: Commander.Command
  readonly #newFlag: (flags: string, description: string) => Commander.Option
  readonly #taken = new Map<string, string>()
  /** What a mistyped flag may have meant: no earlier names. */
  readonly #offered: string[] = []
  readonly #given: Given[] = []
  #written: readonly string[] = []
  #output = ''

  constructor(setup: CommandLineSetup) {
    // Loaded here and not above: a worker process rebuilds its configuration without a command line.
    const commander = createRequire(import.meta.url)('commander') as typeof Commander
    this.#setup = setup
    this.#newFlag = (flags, description) => new commander.Option(flags, description)
    this.#program = new commander.Command(setup.prog)
      .exitOverride()
      .allowExcessArguments()
      .showSuggestionAfterError(false)
      .configureOutput({ writeOut: (text) => (this.#output += text), writeErr: () => {} })
      .helpOption('-h, --help', 'Show this help')
      .usage(setup.positionals === undefined ? '[options]' : `[options] ${setup.positionals}`)
    if (setup.description !== undefined) this.#program.description(setup.description)
    this.#addOwnFlags()
    for (const { name, members } of setup.registry.groups()) {
      const heading = name === 'DEFAULT' ? 'Options:' : `Options of [${name}]:`
      for (const member of members) if (member.option.cli) this.#addOption(member, heading)
    }
  }

  read(argv: readonly string[]): CommandLine {
    this.#written = argv
    try {
      this.#program.parse(withDashes(argv), { from: 'user' })
    } catch (error) {
      throw this.#outcome(error)
    }
    const { args } = this.#program
    if (this.#setup.positionals === undefined && args[0] !== undefined) throw this.#unexpected(args[0])
    return { given: this.#given, args }
  }

  #addOwnFlags(): void {
    this.#claim('--help', 'the help')
    if (this.#setup.version !== undefined) {
      this.#program.version(this.#setup.version, '--version', 'Show the version')
      this.#claim('--version', 'the version')
    }
    const own = [
      ['config-file', '<path>', 'Read this configuration file; repeatable, a later file wins'],
      ['config-dir', '<path>', 'Read the *.conf files of this folder, sorted; repeatable'],
    ] as const
    for (const [kind, metavar, description] of own) {
      this.#offered.push(`--${kind}`)
      this.#add(`--${kind}`, metavar, { description, heading: 'Options:', owner: 'a configuration file' }, (path) =>
        this.#given.push({ kind, path }),
      )
    }
  }

  #addOption(registered: Registered, heading: string): void {
    const { key, group, name, option, fullName } = registered
    const about = { description: helpOf(registered), heading, owner: `option "${fullName}"`, short: option.short }
    const hidden = { ...about, heading: null, short: undefined }
    const take = (flag: string, isOldName: boolean, fixed?: string) => (value: string) => {
      this.#given.push({ kind: 'flag', key, flag, value: fixed ?? value, isOldName })
    }
    // Earlier names are flags too, out of the help's sight.
    const names = [{ group, name, isOldName: false }, ...registered.oldKeys.map((old) => oldFlag(old))]
    for (const { group, name, isOldName } of names) {
      const flag = flagName(group, name)
      // `api_workers` of DEFAULT and `workers` of `api` are the same flag.
      if (isOldName && this.#taken.get(flag) === about.owner) continue
      if (!isOldName) this.#offered.push(flag)
      if (option.kind === 'bool') {
        const negative = flagName(group, name, 'no')
        if (!isOldName) this.#offered.push(negative)
        this.#add(flag, null, isOldName ? hidden : about, take(flag, isOldName, 'true'))
        this.#add(negative, null, { ...hidden, description: `Not ${flag}` }, take(negative, isOldName, 'false'))
      } else this.#add(flag, `<${metavarOf(option)}>`, isOldName ? hidden : about, take(flag, isOldName))
    }
  }

  #add(flag: string, metavar: string | null, about: About, take: (value: string) => void): void {
    this.#claim(flag, about.owner)
    const short = about.short === undefined ? '' : `-${about.short}, `
    if (short) this.#claim(short.slice(0, 2), about.owner)
    const option = this.#newFlag(`${short}${flag}${metavar === null ? '' : ` ${metavar}`}`, about.description)
    if (about.heading === null) option.hideHelp()
    else option.helpGroup(about.heading)
    this.#program.addOption(option)
    // Commander's events come in the order of the words, which decides between a file and a flag.
    this.#program.on(`option:${option.name()}`, (value: unknown) => {
      if (metavar !== null) this.#checkValue(flag, String(value))
      take(String(value))
    })
  }

  /** The same flag twice would go to one of them by chance. */
  #claim(flag: string, owner: string): void {
    const other = this.#taken.get(flag)
    if (other !== undefined) {
      throw new SlipwayError('SLIPWAY_CONFIG_DECLARATION', `${owner} and ${other} claim the same flag "${flag}"`)
    }
    this.#taken.set(flag, owner)
  }

  /** Commander gives a flag the next word whatever it is; another flag is no value. */
  #checkValue(flag: string, value: string): void {
    const looksLikeFlag = /^-(?![.\d]|$)/u.test(value)
    if (looksLikeFlag && this.#written.includes(value)) throw this.#usage(`flag "${flag}" needs a value`)
  }

  #outcome(error: unknown): unknown {
    if (!(error instanceof Error) || !('code' in error)) return error
    switch ((error as Commander.CommanderError).code) {
      case 'commander.helpDisplayed':
      case 'commander.help':
      case 'commander.version':
        return new HelpShown(this.#output)
      case 'commander.unknownOption':
        return this.#unknown(quoted(error.message))
      case 'commander.optionMissingArgument':
        return this.#usage(`flag "${/--[\w-]+/u.exec(error.message)?.[0] ?? quoted(error.message)}" needs a value`)
      default:
        return error
    }
  }

  #unknown(word: string): SlipwayError {
    const [flag = word] = word.split('=', 1)
    if (this.#taken.has(flag)) return this.#usage(`flag "${flag}" takes no value`)
    return this.#usage(`unknown flag "${flag}"`, closeNames(flag, this.#offered))
  }

  #unexpected(word: string): SlipwayError {
    const file = word.endsWith('.conf') ? `to read it: --config-file ${word}` : undefined
    return this.#usage(`unexpected argument "${word}"`, [], file)
  }

  #usage(message: string, alternatives: readonly string[] = [], hint?: string): SlipwayError {
    return new SlipwayError('SLIPWAY_USAGE', message, {
      alternatives,
      hint: hint ?? `all flags: ${this.#setup.prog} --help`,
    })
  }
}

interface About {
  readonly description: string
  /** Null hides the flag from the help. */
  readonly heading: string | null
  readonly owner: string
  readonly short?: string | undefined
}

function metavarOf(option: Option): string {
  return option.metavar ?? (option.kind === 'multi' ? itemOf(option).kind : option.kind)
}

function oldFlag(key: string): { group: string; name: string; isOldName: boolean } {
  const dot = key.lastIndexOf('.')
  return { group: key.slice(0, dot), name: key.slice(dot + 1), isOldName: true }
}

/** Flags are known with dashes; `--log_file=a_b` means `--log-file=a_b`. */
function withDashes(argv: readonly string[]): string[] {
  const end = argv.indexOf('--')
  return argv.map((word, index) =>
    word.startsWith('--') && (end === -1 || index < end)
      ? word.replace(/^[^=]+/u, (flag) => flag.replaceAll('_', '-'))
      : word,
  )
}

function quoted(message: string): string {
  return /'([^']*)'/u.exec(message)?.[1] ?? message
}
