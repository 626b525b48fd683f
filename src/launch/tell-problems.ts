// Everything that is wrong with a reload or an upgrade, as lines of the log. Runs in the process that the operator started.
import { renderWhere } from '../diagnostic.ts'
import type { Diagnostic } from '../errors.ts'
import type { Logger } from '../log/index.ts'

export function tellProblems(log: Logger, problems: readonly Diagnostic[], level: 'error' | 'warn' = 'error'): void {
  for (const problem of problems) log[level](placed(problem), told(problem))
}

function placed({ code, where, hint }: Diagnostic): object {
  return { code, ...(where ? { where: renderWhere(where) } : {}), ...(hint === null ? {} : { hint }) }
}

/** With its place and the line that stands there, which a log of text would not show otherwise. */
function told({ message, where, found, expected }: Diagnostic): string {
  const place = where ? ` (${renderWhere(where)}${where.text === undefined ? '' : `: ${where.text.trim()}`})` : ''
  const label = [found === null ? '' : `found ${found}`, expected === null ? '' : `expected ${expected}`]
  return [`${message}${place}`, ...label].filter(Boolean).join(', ')
}
