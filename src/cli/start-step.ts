// One step of a start, as `slipway start-chain` shows it.
import { asProblem } from '../entrypoints/entry-point.ts'
import { type Diagnostic, isSlipwayError, type Where } from '../errors.ts'
import type { PlanOptions } from './flags.ts'

export interface StartChainRequest extends PlanOptions {
  readonly bin?: string
}

export interface Step {
  readonly step: 'command' | 'package' | 'script' | 'reference' | 'module' | 'configuration' | 'deployment' | 'pipeline'
  readonly text: string
  /** Null when there is no such place. */
  readonly where: Where | null
  /** Why the chain is broken here. */
  readonly problem: Diagnostic | null
}

/** A step that cannot be taken, and with it all that would come after. */
export function brokenStep(step: Step['step'], error: unknown): Step {
  if (!isSlipwayError(error)) throw error
  return { step, text: error.message, where: error.where, problem: asProblem(error) }
}
