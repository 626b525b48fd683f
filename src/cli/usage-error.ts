// A command line that cannot be understood: commander's error → ours, and ours → the two lines that
// the operator sees. Nothing guessed is run.
import type { CommanderError } from 'commander'
import { SlipwayError } from '../errors.ts'

/**
 * What commander says of a command line, as our error.
 * @param about the command that was being read: `slipway serve`
 */
export function usageError(error: CommanderError, about: string): SlipwayError {
  const [first = '', ...rest] = error.message.split('\n')
  const [message, choices] = first.split(/\. Allowed choices are /u)
  const close = /Did you mean (?:one of )?(.+)\?/u.exec(rest.join(' '))?.[1]?.split(', ')
  return new SlipwayError('SLIPWAY_USAGE', inOurWords(message ?? first), {
    expected: choices === undefined ? undefined : `one of ${choices.replace(/\.$/u, '')}`,
    alternatives: close,
    hint: `see: ${about} --help`,
    cause: error,
  })
}

function inOurWords(message: string): string {
  return message
    .replace(/^error: /u, '')
    .replace(/\.$/u, '')
    .replace('missing required argument', 'missing argument')
    .replace(/^option '(.+)' argument missing$/u, `option '$1' needs a value`)
    .replace(
      /^too many arguments for '.+'\. Expected (\d+) arguments? but got (\d+)$/u,
      'too many arguments: $2 instead of $1',
    )
    .replace(/^option '(.+)' argument '(.*)' is invalid$/u, `option '$1' cannot be '$2'`)
    .replaceAll("'", '"')
}

/** One line that says it all, one that says where to look. */
export function renderUsageError(error: SlipwayError, strong: (text: string) => string): string {
  const facts = [
    error.message,
    error.expected && `expected ${error.expected}`,
    error.alternatives.length > 0 && `close names: ${error.alternatives.join(', ')}`,
  ]
  return `${strong('error')} ${error.code}: ${facts.filter(Boolean).join('; ')}\n  ${error.hint ?? 'see: slipway --help'}\n`
}
