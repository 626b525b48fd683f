// A migration that failed, told to an operator: which one, at which statement, what stays, how to go on. Pure.
import { messageOf } from '../../diagnostic.ts'
import { SlipwayError, isSlipwayError } from '../../errors.ts'
import type { DialectName, Step } from './contract.ts'
import { placeOf } from './link-revisions.ts'
import type { Scope } from './migration-session.ts'

export interface FailedStep {
  readonly step: Step
  readonly scope: Pick<Scope, 'failed' | 'sent'>
  /** What has gone well before. */
  readonly done: readonly Step[]
  readonly dialect: DialectName
}

const longestSql = 300

export function migrationFailed(error: unknown, failed: FailedStep): SlipwayError {
  // What another program has done to the version table is not the migration's fault.
  if (isSlipwayError(error) && error.code === 'SLIPWAY_DB_VERSION') return error
  const { step, scope } = failed
  const { direction, revision } = step
  const reason = messageOf(error)
  const { hint: ownHint } = isSlipwayError(error) ? error : { hint: null }
  return new SlipwayError(
    'SLIPWAY_DB_MIGRATION',
    `${direction} of revision "${revision.id}" failed: ${firstLine(reason)}`,
    {
      where: placeOf(revision),
      found: statementOf(error, scope),
      hint: [ownHint, stateOf(failed), nextOf(failed)].filter(Boolean).join('; '),
      cause: error,
    },
  )
}

function statementOf(error: unknown, { failed, sent }: FailedStep['scope']): string {
  const causes = error instanceof AggregateError ? error.errors : [error, error instanceof Error && error.cause]
  if (failed && causes.includes(failed.error)) {
    return `at statement ${failed.number}: ${shownSql(failed.sql)}`
  }
  return sent === 0 ? 'before its first statement' : `after statement ${sent}, in its own code`
}

/** One line; values are placeholders in it, and passwords written into it are hidden. */
function shownSql(sql: string): string {
  const line = sql
    .replaceAll(/\b(password|identified by)(\s+|\s*=\s*)'(?:[^']|'')*'/giu, "$1$2'***'")
    .replaceAll(/\s+/gu, ' ')
    .trim()
  return line.length > longestSql ? `${line.slice(0, longestSql)} …` : line
}

function stateOf({ step, scope, dialect }: FailedStep): string {
  const at = step.before.length > 0 ? step.before.join(', ') : 'the base'
  const count = (scope.failed?.number ?? scope.sent + 1) - 1
  if (count === 0) return `the database is at ${at}`
  const statements = count === 1 ? 'its first statement' : `its first ${count} statements`
  if (!step.revision.transaction) {
    return `the database is at ${at}, and ${statements} may have left something, as it runs without a transaction: undo it by hand`
  }
  if (dialect !== 'mysql') return `the database is at ${at}, and nothing of this migration is left`
  return `the version table is at ${at}, but MySQL keeps what ${statements} changed in the schema: undo it by hand`
}

function nextOf({ step, done }: FailedStep): string {
  const before = done.length > 0 ? `applied before it: ${done.map(({ revision }) => revision.id).join(', ')}; ` : ''
  return `${before}mend the fault and run ${step.direction} again, which goes on here`
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text
}
