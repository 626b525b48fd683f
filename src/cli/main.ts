// The command `slipway`: words of a command line → one verb, run. Loads commander and the table of
// verbs; a verb loads the rest. Prints help and usage errors; other failures rise to the console script.
import { readFileSync } from 'node:fs'
import { Command, CommanderError, Option } from 'commander'
import { ExitCode, isSlipwayError } from '../errors.ts'
import { processTerminal, type Terminal } from './terminal.ts'
import { renderUsageError, usageError } from './usage-error.ts'
import { addFlags, examplesText, headings, type Verb, type VerbArguments, type VerbFamily } from './verb.ts'
import { loadVerbs, verbNames } from './verbs.ts'

/**
 * Runs one command line.
 * @returns the exit status, or what the console script that was run answered
 * @throws SlipwayError for everything but a wrong command line
 */
export async function main(argv: readonly string[], terminal: Terminal = processTerminal()): Promise<unknown> {
  if (argv[0] === completeWord) {
    const { complete } = await import('./complete.ts')
    return complete(argv.slice(1), terminal)
  }
  // Run after the parser has returned: its frames would stand in every stack of what is run.
  let chosen: (() => Promise<unknown>) | null = null
  const given = withPresets(withHelp(argv))
  const verbs = await verbsFor(given)
  const words = withoutWrongHelp(given, verbs)
  const program = makeProgram(verbs, terminal, (verb, args, options) => {
    chosen = () => verb.run(args, options as never, terminal)
  })
  try {
    program.parse(words, { from: 'user' })
    return await (chosen as (() => Promise<unknown>) | null)?.()
  } catch (error) {
    if (error instanceof HelpEnded) return error.status
    if (!isSlipwayError(error) || error.code !== 'SLIPWAY_USAGE') throw error
    const { painter, wantsColour } = await import('../diagnostic.ts')
    terminal.err(renderUsageError(error, painter(wantsColour(terminal.stderr, terminal.env)).red))
    return error.exitCode
  }
}

/** What the shells' functions call; for programs, so that no help shows it. */
const completeWord = 'complete'

/** The one that is named; none for the version; all for the help and for a word that is none. */
async function verbsFor([first = '']: readonly string[]): Promise<(Verb | VerbFamily)[]> {
  if (first === '-V' || first === '--version') return []
  return loadVerbs(verbNames.includes(first) ? first : undefined)
}

/** Help or version was shown. */
class HelpEnded extends Error {
  readonly status: number

  constructor(status: number) {
    super('help was shown')
    this.status = status
  }
}

type ChooseVerb = (verb: Verb, args: VerbArguments, options: unknown) => void

function makeProgram(verbs: readonly (Verb | VerbFamily)[], terminal: Terminal, choose: ChooseVerb): Command {
  const program = new Command('slipway')
    .description('Looks at, checks, runs and serves what a manifest and a deployment file describe.')
    .usage('<verb> [options]')
    .version(ownVersion(), '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .commandsGroup(headings.learn)
    .helpCommand('help [verb]', 'Show the help of a verb')
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      // Commander writes its errors before it throws them; they are told once, by main.
      writeErr: () => undefined,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText(
      'after',
      `${examplesText(examples)}\n\nA TARGET is FILE or FILE#name, or a URI: config:FILE#name, egg:PACKAGE#name.`,
    )
  program.exitOverride(outcomeOf(program, terminal))
  for (const entry of verbs) {
    if ('verbs' in entry) addFamily(program, entry, terminal, choose)
    else addVerb(program, entry, terminal, choose)
  }
  return program
}

const examples = [
  ['slipway check', 'everything that the manifest of this folder names, resolved'],
  ['slipway graph etc/api-paste.ini#shop', 'the pipelines as a tree'],
  ['slipway inject etc/api-paste.ini#shop GET /v1/goods', 'a request without a socket, and the way it took'],
  ['slipway serve etc/api-paste.ini#shop --workers 2', 'the same, served'],
] as const

function addFamily(program: Command, family: VerbFamily, terminal: Terminal, choose: ChooseVerb): void {
  const { name, heading, summary, verbs: members } = family
  const command = program.command(name).helpGroup(heading).summary(summary).description(summary).helpCommand(false)
  command.exitOverride(outcomeOf(command, terminal))
  for (const verb of members) addVerb(command, verb, terminal, choose)
}

function addVerb(parent: Command, verb: Verb, terminal: Terminal, choose: ChooseVerb): void {
  const command = parent.command(verb.usage).helpGroup(verb.heading).summary(verb.summary)
  command.description([verb.summary, verb.details].filter(Boolean).join('\n\n'))
  command.exitOverride(outcomeOf(command, terminal))
  for (const [index, argument] of command.registeredArguments.entries()) argument.description = verb.args?.[index] ?? ''
  addFlags(command, verb.flags, (flags, about) => new Option(flags, about))
  if (verb.passesOn) command.passThroughOptions().allowExcessArguments()
  command.addHelpText('after', examplesText(verb.examples))
  command.action(() => choose(verb, verb.passesOn ? command.args : command.processedArgs, command.opts()))
}

/** How the reading of a command ends when no verb runs. */
function outcomeOf(command: Command, terminal: Terminal): (error: CommanderError) => never {
  return (error) => {
    if (!(error instanceof CommanderError)) throw error
    if (!error.code.startsWith('commander.help') && error.code !== 'commander.version') {
      throw usageError(error, nameOf(command))
    }
    // Commander shows it on standard error itself, where everything it writes is kept quiet.
    if (error.exitCode !== 0) showHelp(command, terminal)
    throw new HelpEnded(error.exitCode === 0 ? ExitCode.ok : ExitCode.usage)
  }
}

/** On standard error: nobody asked for it. */
function showHelp(command: Command, terminal: Terminal): void {
  command.configureOutput({ writeErr: (text) => terminal.err(text) })
  command.outputHelp({ error: true })
}

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name()
}

/** `help VERB` is `VERB --help`; to ask for help with what is no verb is a mistake like using it. */
function withHelp(argv: readonly string[]): string[] {
  const [first = '', second] = argv
  if (first === 'help') {
    if (second === undefined || second.startsWith('-')) return ['--help']
    return verbNames.includes(second) ? [...argv.slice(1), '--help'] : [second]
  }
  return first === '' || first.startsWith('-') || verbNames.includes(first) ? [...argv] : [first]
}

/** Help for what is no member of a family is a mistake too; the parser would show that of the family. */
function withoutWrongHelp(words: string[], [verb]: readonly (Verb | VerbFamily)[]): string[] {
  const [first, second = ''] = words
  if (!verb || !('verbs' in verb) || verb.name !== first || second === '' || second.startsWith('-')) return words
  return verb.verbs.some(({ usage }) => usage.split(' ')[0] === second) ? words : [first, second]
}

/** Flags whose value may be left out, what their values look like, and what they mean alone. */
const presets: ReadonlyMap<string, readonly [values: RegExp, preset: string]> = new Map([
  ['--stand-in', [/^(?:all|unresolved)$/u, 'unresolved']],
  ['--inspect', [/^\d+$/u, '9229']],
] as const)

/** Such a flag alone takes no value from the words after it, unless the word is one of its values. */
function withPresets(argv: readonly string[]): string[] {
  if (argv[0] === 'run') return [...argv]
  return argv.map((word, index) => {
    const [values, preset] = presets.get(word) ?? []
    return values === undefined || values.test(argv[index + 1] ?? '') ? word : `${word}=${preset}`
  })
}

function ownVersion(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf-8')) as { readonly version: string }).version
}
