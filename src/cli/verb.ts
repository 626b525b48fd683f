// What a verb of the command is: data for the parser and the help, and an action that imports what it
// needs when it runs. Loading the table of verbs must stay as cheap as the parser itself.
import type { Command, Option } from 'commander'
import type { Terminal } from './terminal.ts'

/** What a shell offers for a word: names of something, or words that are always the same. */
export type Completes =
  | 'files'
  | 'targets'
  | 'console scripts'
  | 'commands'
  | 'groups'
  | 'namespaces'
  | 'options'
  | 'option groups'
  | 'codes'
  | readonly string[]

export interface Flag {
  /** As commander spells it: `-H, --header <line>`. */
  readonly flags: string
  readonly summary: string
  readonly choices?: readonly string[]
  /** What the flag means without its value, where the value may be left out. */
  readonly preset?: string
  /** The values of all occurrences, in a list. */
  readonly isRepeatable?: boolean
  /** Names of flags, in camelCase, that exclude this one. */
  readonly conflicts?: readonly string[]
  /** What a shell offers as its value, where neither `choices` nor a name like `<file>` tells. */
  readonly completes?: Completes
}

export interface Verb<Options = never> {
  /** With its arguments, as commander spells them: `show <target>`. */
  readonly usage: string
  readonly heading: string
  readonly summary: string
  /** What the summary does not say. */
  readonly details?: string
  /** What each argument is, in the order of `usage`. */
  readonly args?: readonly string[]
  /** What a shell offers for each, in the same order; a last one that repeats holds for all that follow. */
  readonly completes?: readonly Completes[]
  readonly flags: readonly Flag[]
  /** A command line and what it does. */
  readonly examples: readonly (readonly [line: string, meaning: string])[]
  /** Everything after the first argument belongs to somebody else. */
  readonly passesOn?: boolean
  /** The exit status as `exitStatusOf` reads it. Failures are thrown as SlipwayErrors. */
  run(args: VerbArguments, options: Options, terminal: Terminal): Promise<unknown>
}

export type VerbArguments = readonly (string | readonly string[])[]

/** Verbs that share a first word: `config show`. */
export interface VerbFamily {
  readonly name: string
  readonly heading: string
  readonly summary: string
  readonly verbs: readonly Verb[]
}

/** The headings of the help, in the order in which it shows them. */
export const headings = {
  look: 'Look:',
  run: 'Run:',
  write: 'Write:',
  learn: 'Learn:',
} as const

export function examplesText(examples: Verb['examples']): string {
  // A long line does not push all meanings to the right.
  const width = Math.max(...examples.map(([line]) => line.length).filter((length) => length <= 70), 0)
  return ['', 'Examples:', ...examples.map(([line, meaning]) => `  ${line.padEnd(width)}  ${meaning}`)].join('\n')
}

/** Puts the flags of a verb on its commander command. */
export function addFlags(
  command: Command,
  flags: readonly Flag[],
  newOption: (flags: string, about: string) => Option,
) {
  for (const { flags: spelling, summary, choices, preset, isRepeatable, conflicts } of flags) {
    const option = newOption(spelling, summary)
    if (choices) option.choices(choices)
    if (preset !== undefined) option.preset(preset)
    if (isRepeatable) option.argParser((value, before: readonly string[] | undefined) => [...(before ?? []), value])
    if (conflicts) option.conflicts([...conflicts])
    command.addOption(option)
  }
}
