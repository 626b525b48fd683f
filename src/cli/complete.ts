// `slipway complete WORD…`: what the last word may become. Called by the shells' functions at every press of the tab key, so
// it loads one verb at most, says nothing of what goes wrong, and ends with 0.
import { ExitCode } from '../errors.ts'
import { type Candidate, filesWord } from './candidate.ts'
import { quietly, type Terminal } from './terminal.ts'
import type { Completes, Flag, Verb, VerbFamily } from './verb.ts'
import { loadVerbs, verbNames } from './verbs.ts'

export async function complete(words: readonly string[], terminal: Terminal): Promise<number> {
  const current = words.at(-1) ?? ''
  let candidates: Candidate[]
  try {
    // What a module of the project prints while it is loaded is no candidate.
    candidates = await quietly(() => candidatesFor(words.slice(0, -1), current, terminal.cwd))
  } catch {
    // Half a line, or a broken project: a shell has no use for the reasons.
    candidates = []
  }
  const fitting = candidates.filter(({ word }) => word === filesWord || word.startsWith(current))
  terminal.out(fitting.map(lineOf).join(''))
  return ExitCode.ok
}

function lineOf({ word, about }: Candidate): string {
  return about === undefined ? `${word}\n` : `${word}\t${about.replaceAll(/\s+/gu, ' ')}\n`
}

async function candidatesFor(before: readonly string[], current: string, cwd: string): Promise<Candidate[]> {
  const [first, second] = before
  if (first === undefined) return topCandidates(current)
  if (first === 'help') return helpCandidates(before.slice(1))
  const [verb] = verbNames.includes(first) ? await loadVerbs(first) : []
  if (verb === undefined) return []
  if (!('verbs' in verb)) return verbCandidates(verb, before.slice(1), current, cwd)
  if (second === undefined) return current.startsWith('-') ? [helpFlag] : membersOf(verb)
  const member = verb.verbs.find((one) => nameOf(one) === second)
  return member ? verbCandidates(member, before.slice(2), current, cwd) : []
}

const helpFlag: Candidate = { word: '--help', about: 'show this help' }

async function topCandidates(current: string): Promise<Candidate[]> {
  if (current.startsWith('-')) return [helpFlag, { word: '--version', about: 'show the version' }]
  const verbs = await loadVerbs()
  return [...verbs.map(aboutVerb), { word: 'help', about: 'Show the help of a verb' }]
}

async function helpCandidates([first, ...rest]: readonly string[]): Promise<Candidate[]> {
  if (first === undefined) return (await loadVerbs()).map(aboutVerb)
  const [verb] = rest.length === 0 && verbNames.includes(first) ? await loadVerbs(first) : []
  return verb && 'verbs' in verb ? membersOf(verb) : []
}

function aboutVerb(verb: Verb | VerbFamily): Candidate {
  return { word: 'verbs' in verb ? verb.name : nameOf(verb), about: verb.summary }
}

function membersOf({ verbs }: VerbFamily): Candidate[] {
  return verbs.map(aboutVerb)
}

function nameOf({ usage }: Verb): string {
  return usage.split(' ', 1)[0] ?? usage
}

async function verbCandidates(
  verb: Verb,
  words: readonly string[],
  current: string,
  cwd: string,
): Promise<Candidate[]> {
  const { args, given, open } = readWords(verb, words)
  if (open) return valueCandidates(completesOf(open), { current, cwd, given })
  // What comes after the first argument is somebody else's.
  if (verb.passesOn && args.length > 0) return [{ word: filesWord }]
  const [, name, value] = /^(--[^=]+)=(.*)$/su.exec(current) ?? []
  const flag = verb.flags.find((one) => spellings(one).includes(name ?? ''))
  if (name !== undefined && flag) {
    const values = await valueCandidates(completesOf(flag), { current: value ?? '', cwd, given })
    return values.map((one) => (one.word === filesWord ? one : { ...one, word: `${name}=${one.word}` }))
  }
  if (current.startsWith('-')) return flagCandidates(verb, given)
  const completes = verb.completes?.[Math.min(args.length, verb.completes.length - 1)]
  const isTaken = args.length >= argumentCount(verb)
  return completes === undefined || isTaken
    ? flagCandidates(verb, given)
    : valueCandidates(completes, { current, cwd, given })
}

/** How many words a verb takes that are no flags. */
function argumentCount({ usage }: Verb): number {
  return usage.includes('...') ? Infinity : usage.split(' ').length - 1
}

/** The words of a line: arguments, flags with their values, and a flag whose value comes next. */
interface ReadWords {
  readonly args: readonly string[]
  readonly given: ReadonlyMap<string, readonly string[]>
  readonly open: Flag | null
}

function readWords(verb: Verb, words: readonly string[]): ReadWords {
  const args: string[] = []
  const given = new Map<string, string[]>()
  let open: Flag | null = null
  for (const word of words) {
    if (open) {
      given.get(longName(open))?.push(word)
      open = null
      continue
    }
    const [name = '', value] = word.startsWith('--') ? word.split('=', 2) : [word]
    const flag = verb.flags.find((one) => spellings(one).includes(name))
    if (!flag) {
      if (!word.startsWith('-')) args.push(word)
      continue
    }
    const values = given.get(longName(flag)) ?? []
    given.set(longName(flag), value === undefined ? values : [...values, value])
    if (value === undefined && flag.flags.includes('<')) open = flag
  }
  return { args, given, open }
}

function flagCandidates(verb: Verb, given: ReadonlyMap<string, unknown>): Candidate[] {
  const free = verb.flags.filter((flag) => flag.isRepeatable || !given.has(longName(flag)))
  return [...free.map((flag) => ({ word: longName(flag), about: flag.summary })), helpFlag]
}

/** `-H, --header <line>` → `-H`, `--header`. */
function spellings({ flags }: Flag): string[] {
  return flags.match(/--?[\w-]+/gu) ?? []
}

function longName(flag: Flag): string {
  return spellings(flag).at(-1) ?? flag.flags
}

function completesOf({ flags, choices, completes }: Flag): Completes | null {
  return choices ?? completes ?? (/<(?:file|path|folder)>/u.test(flags) ? 'files' : null)
}

interface ValueRequest {
  readonly current: string
  readonly cwd: string
  readonly given: ReadonlyMap<string, readonly string[]>
}

async function valueCandidates(
  completes: Completes | null,
  { current, cwd, given }: ValueRequest,
): Promise<Candidate[]> {
  if (completes === null) return []
  if (completes === 'files') return [{ word: filesWord }]
  if (typeof completes !== 'string') return completes.map((word) => ({ word }))
  const { namesOf } = await import('./complete-names.ts')
  return namesOf(completes, { current, cwd, manifest: given.get('--manifest')?.at(-1) })
}
