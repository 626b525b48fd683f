// What `--dry-run` shows: the steps of a run that is not made.
import type { Step } from '../migrations/contract.ts'
import { renderStep } from '../migrations/render-step.ts'
import type { Session } from './session.ts'

/** @returns status 0 */
export function showPlan(session: Session, steps: readonly Step[], { json }: { readonly json: boolean }): number {
  if (json) return session.json(steps.map(stepToJson))
  if (steps.length === 0) session.terminal.err('nothing to do\n')
  return session.lines(steps.map(renderStep))
}

function stepToJson({ direction, revision, before, after }: Step) {
  const { id, down, message, file } = revision
  return { direction, revision: id, down_revision: down, message, file, before, after }
}
