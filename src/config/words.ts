// The words of a command line that are no flags, as options declare them. Pure.
import { SlipwayError } from '../errors.ts'
import type { Registered } from './registry.ts'

/** Which word belongs to what must be plain. */
export function checkWords(words: readonly Registered[], commands: readonly Registered[]): void {
  const many = words.findIndex(({ option }) => option.kind === 'multi')
  const optional = words.findIndex(({ option }) => !option.required)
  const late = words.find(
    ({ option }, index) => (many !== -1 && index > many) || (optional !== -1 && index > optional && option.required),
  )
  const clash = commands[1] ?? (commands[0] && words[0]) ?? late
  if (!clash) return
  throw new SlipwayError('SLIPWAY_CONFIG_DECLARATION', `nobody could tell which word is option "${clash.fullName}"`, {
    hint: 'one subcommand or words, the optional ones last, and behind one that takes all no other',
  })
}

/** `<name>`, `[name]`, `[name...]` as the usage line has it. */
export function wordOf({ name, option }: Registered): string {
  const word = `${option.metavar ?? name}${option.kind === 'multi' ? '...' : ''}`
  return option.required ? `<${word}>` : `[${word}]`
}

/** Commander's own complaint about a missing word comes before every other; ours comes in its turn. */
export function asOptional(word: string): string {
  return `[${word.slice(1, -1)}]`
}

/** Flags are known with dashes; `--log_file=a_b` means `--log-file=a_b`. */
export function withDashes(argv: readonly string[]): string[] {
  const end = argv.indexOf('--')
  return argv.map((word, index) =>
    word.startsWith('--') && (end === -1 || index < end)
      ? word.replace(/^[^=]+/u, (flag) => flag.replaceAll('_', '-'))
      : word,
  )
}
