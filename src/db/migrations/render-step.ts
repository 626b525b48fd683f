// A step in alembic's words, for the log and for SQL scripts. Pure.
import type { Step } from './contract.ts'

/** `Running upgrade a -> b`; of a base nothing stands on its side. */
export function renderStepIds({ direction, revision }: Step): string {
  const [below, above] = [revision.down.join(', '), revision.id]
  return `Running ${direction} ${direction === 'upgrade' ? `${below} -> ${above}` : `${above} -> ${below}`}`
}

/** The same with the message of the revision. */
export function renderStep(step: Step): string {
  const { message } = step.revision
  return message === '' ? renderStepIds(step) : `${renderStepIds(step)}, ${message}`
}
