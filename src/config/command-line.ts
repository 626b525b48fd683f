// The command line: declarations → a commander program → what was given, in order. Shows nothing and ends
// nothing; `--help` and `--version` come out as HelpShown for the command's main to print.
import type * as Commander from 'commander'
import { closeNames } from '../diagnostic.ts'
import { SlipwayError } from '../errors.ts'
import { commander } from '../lazy-packages.ts'
import { FlagSet, type Given } from './flags.ts'
import { maskedWords } from './masked.ts'
import { foldGroup } from './names.ts'
import type { OptionGroup } from './option.ts'
import { type Registered, type Registry, subOptions } from './registry.ts'
import { asOptional, checkWords, withDashes, wordOf } from './words.ts'

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

export interface CommandLine {
  readonly given: readonly Given[]
  readonly args: readonly string[]
  /** All words, those that hold a secret masked. */
  readonly shown: readonly string[]
}

export interface CommandLineSetup {
  readonly prog: string
  readonly argv: readonly string[]
  readonly registry: Registry
  readonly description?: string | undefined
  readonly epilog?: string | undefined
  readonly shownGroups?: readonly OptionGroup[] | undefined
  readonly version?: string | undefined
  /** How the words without a flag are called in the usage line; when absent such words are refused. */
  readonly positionals?: string | undefined
}

/**
 * @throws HelpShown
 * @throws SlipwayError SLIPWAY_USAGE, or SLIPWAY_CONFIG_DECLARATION when two options claim one flag
 */
export function parseCommandLine(setup: CommandLineSetup): CommandLine {
  return new CommandReader(setup).read()
}

/** The program, or one of its commands, with what it takes. */
interface Scope {
  readonly name: string
  readonly command: Commander.Command
  readonly flags: FlagSet
  readonly words: readonly Registered[]
}

class CommandReader {
  readonly #setup: CommandLineSetup
  readonly #commander: typeof Commander
  readonly #root: Scope
  readonly #subcommand: Registered | null
  readonly #scopes: Scope[] = []
  readonly #given: Given[] = []
  #chosen: Scope | null = null
  #output = ''

  constructor(setup: CommandLineSetup) {
    this.#commander = commander()
    this.#setup = setup
    const members = setup.registry.groups().flatMap((group) => group.members)
    const commands = members.filter(({ option }) => option.kind === 'subcommand')
    this.#subcommand = commands[0] ?? null
    const words = members.filter(({ option }) => option.positional)
    checkWords(words, commands)
    this.#root = this.#scope(this.#program(), words)
    this.#addFlags()
    if (this.#subcommand) this.#addCommands(this.#subcommand)
  }

  read(): CommandLine {
    const { argv } = this.#setup
    try {
      this.#root.command.parse(withDashes(argv), { from: 'user' })
    } catch (error) {
      throw this.#outcome(error)
    }
    if (this.#subcommand) this.#takeCommand(this.#subcommand)
    const args = this.#takeWords(this.#chosen ?? this.#root)
    return { given: this.#given, args, shown: maskedWords(argv, this.#secrets()) }
  }

  #program(): Commander.Command {
    const { prog, description, epilog } = this.#setup
    const program = new this.#commander.Command(prog)
      .exitOverride()
      .allowExcessArguments()
      .showSuggestionAfterError(false)
      .configureOutput({ writeOut: (text) => (this.#output += text), writeErr: () => {} })
      .helpOption('-h, --help', 'Show this help')
    if (description !== undefined) program.description(description)
    if (epilog !== undefined) program.addHelpText('after', `\n${epilog}`)
    // With an action commander leaves a missing or unknown command to us; without one it shows its help.
    if (!this.#subcommand) return program
    return program
      .enablePositionalOptions()
      .helpCommand(false)
      .action(leaveToUs)
      .configureHelp({
        // Its words, no flags and no other spellings of its name.
        subcommandTerm: (command) =>
          `${command.name()} ${command.usage().replace('[options]', '').trimStart()}`.trimEnd(),
        commandUsage: (command) => [command.parent?.name(), command.name(), command.usage()].filter(Boolean).join(' '),
      })
  }

  #scope(command: Commander.Command, words: readonly Registered[]): Scope {
    const { Option } = this.#commander
    const flags = new FlagSet({
      command,
      newFlag: (flags, description) => new Option(flags, description),
      give: (given) => this.#given.push(given),
      argv: this.#setup.argv,
      needsValue: (flag) => this.#usage(`flag "${flag}" needs a value`),
    })
    const { positionals } = this.#setup
    const isRoot = this.#scopes.length === 0
    const place = isRoot && this.#subcommand ? `<${this.#subcommand.option.metavar ?? 'command'}>` : ''
    command.usage(['[options]', place, ...words.map(wordOf), positionals ?? ''].filter(Boolean).join(' '))
    for (const word of words) command.argument(asOptional(wordOf(word)), word.option.help)
    const scope = { name: command.name(), command, flags, words }
    this.#scopes.push(scope)
    return scope
  }

  #addFlags(): void {
    const { version, registry, shownGroups } = this.#setup
    const { command, flags } = this.#root
    flags.claim('--help')
    if (version !== undefined) {
      command.version(version, '--version', 'Show the version')
      flags.claim('--version')
    }
    const path = (kind: 'config-file' | 'config-dir') => (path: string) => ({ kind, path }) as const
    const about = 'Read this configuration file; repeatable, a later file wins'
    flags.addOwn('--config-file', 'path', about, path('config-file'))
    flags.addOwn('--config-dir', 'path', 'Read the *.conf files of this folder, sorted; repeatable', path('config-dir'))
    flags.addOwn('--config-source', 'groups', 'Read the remote sources that these groups describe', sourceGiven)
    const strict = 'Unknown groups and options are errors, wherever they stand'
    flags.addOwn('--strict-config', null, strict, () => ({ kind: 'strict-config' }))
    for (const { name, members } of registry.groups()) {
      const heading = name === 'DEFAULT' ? 'Options:' : `Options of [${name}]:`
      // Several groups may be parts of one.
      const parts = shownGroups?.filter((group) => foldGroup(group.name) === foldGroup(name))
      const isShown = ({ name }: Registered) => parts?.some(({ options }) => Object.hasOwn(options, name)) ?? true
      for (const member of members.filter(isFlag)) flags.addOption(member, isShown(member) ? heading : null)
    }
  }

  #addCommands(subcommand: Registered): void {
    for (const [name, { help = '', ...about }] of Object.entries(subcommand.option.commands ?? {})) {
      const members = subOptions(subcommand, name)
      const words = members.filter(({ option }) => option.positional)
      checkWords(words, [])
      const command = this.#root.command
        .command(name)
        .description(help)
        .aliases([...(about.aliases ?? [])])
      if (about.heading !== undefined) command.helpGroup(about.heading)
      if (about.epilog !== undefined) command.addHelpText('after', `\n${about.epilog}`)
      const scope = this.#scope(command, words)
      scope.flags.claim('--help')
      for (const member of members.filter(isFlag)) scope.flags.addOption(member, 'Options:')
      scope.flags.addOuter(this.#root.flags)
      scope.command.action(() => {
        this.#chosen = scope
      })
    }
  }

  #takeCommand(subcommand: Registered): void {
    const names = Object.keys(subcommand.option.commands ?? {})
    if (this.#chosen) {
      const { name } = this.#chosen
      this.#given.push({ kind: 'flag', key: subcommand.key, flag: name, value: name, isOldName: false })
      return
    }
    const [word] = this.#root.command.args
    const expected = `one of ${names.join(', ')}`
    if (word === undefined) throw this.#usage('a command is missing', { expected, alternatives: names })
    const close = closeNames(word, names)
    const choices = names.map((name) => `'${name}'`).join(', ')
    throw this.#usage(`unknown command "${word}"`, {
      expected,
      alternatives: close.length > 0 ? close : names,
      original: `argument ${subcommand.name}: invalid choice: '${word}' (choose from ${choices})`,
    })
  }

  /** Words in order; what is left over goes to the command, if it takes any. */
  #takeWords({ command, words }: Scope): readonly string[] {
    const left = [...command.args]
    for (const word of words) {
      const taken = word.option.kind === 'multi' ? left.splice(0) : left.splice(0, 1)
      // Many words may come from a file, but not those of a command.
      const isOurs = word.option.kind !== 'multi' || word.isOfCommand
      if (taken.length === 0 && word.option.required && isOurs) throw this.#missing(word)
      for (const value of taken) {
        this.#given.push({ kind: 'flag', key: word.key, flag: `<${word.name}>`, value, isOldName: false })
      }
    }
    if (this.#setup.positionals === undefined && left[0] !== undefined) throw this.#unexpected(left[0])
    return left
  }

  #secrets(): string[] {
    const members = this.#setup.registry.groups().flatMap((group) => group.members)
    const chosen = this.#subcommand && this.#chosen ? subOptions(this.#subcommand, this.#chosen.name) : []
    const keys = new Set([...members, ...chosen].filter(({ option }) => option.secret).map(({ key }) => key))
    return this.#given.flatMap((given) => (given.kind === 'flag' && keys.has(given.key) ? [given.value] : []))
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
    const inReach = this.#scopes.filter(
      (scope) =>
        scope === this.#root ||
        [scope.name, ...scope.command.aliases()].some((name) => this.#setup.argv.includes(name)),
    )
    const owner = inReach.find(({ flags }) => flags.has(flag))
    if (owner && word !== flag) return this.#usage(`flag "${flag}" takes no value`)
    const hint = owner && `it belongs to the command "${owner.name}": write it behind that`
    return this.#usage(`unknown flag "${flag}"`, {
      alternatives: closeNames(
        flag,
        inReach.flatMap(({ flags }) => flags.offered),
      ),
      hint,
      original: `unrecognized arguments: ${flag}`,
    })
  }

  #unexpected(word: string): SlipwayError {
    const hint = word.endsWith('.conf') ? `to read it: --config-file ${word}` : undefined
    return this.#usage(`unexpected argument "${word}"`, { hint, original: `unrecognized arguments: ${word}` })
  }

  #missing({ name }: Registered): SlipwayError {
    return this.#usage(`argument "${name}" is missing`, {
      original: `the following arguments are required: ${name}`,
    })
  }

  #usage(message: string, parts: UsageParts = {}): SlipwayError {
    const command = this.#chosen ? `${this.#setup.prog} ${this.#chosen.name}` : this.#setup.prog
    return new SlipwayError('SLIPWAY_USAGE', message, { ...parts, hint: parts.hint ?? `all flags: ${command} --help` })
  }
}

interface UsageParts {
  readonly expected?: string
  readonly alternatives?: readonly string[]
  readonly hint?: string | undefined
  readonly original?: string
}

function isFlag({ option, isOfCommand }: Registered): boolean {
  return option.kind !== 'subcommand' && !option.positional && (isOfCommand || (option.cli ?? false))
}

function sourceGiven(value: string): Given {
  return { kind: 'flag', key: 'DEFAULT.config_source', flag: '--config-source', value, isOldName: false }
}

/** The program's own action, which does nothing. */
function leaveToUs(): void {
  return undefined
}

function quoted(message: string): string {
  return /'([^']*)'/u.exec(message)?.[1] ?? message
}
