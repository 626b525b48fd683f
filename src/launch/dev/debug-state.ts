// What is known of debugging in this process or thread, and who wants to hear of it: the worker's entry, which tells its
// master. Loads nothing: every worker has it, few are ever debugged.

import type { Logger } from '../../log/index.ts'

export interface DebugState {
  /** Where a debugger connects: `ws://127.0.0.1:9229/…`; null while nobody can. */
  readonly inspector: string | null
  /** `file:line` of a breakpoint() that the code stands at; null when it runs. */
  readonly breakpoint: string | null
}

export const notDebugged: DebugState = { inspector: null, breakpoint: null }

let current = notDebugged
let close: () => void = () => undefined
let hear: (state: DebugState) => void = () => undefined

/** Sends debuggers away: an end would wait for them to leave. */
export function endDebugging(): void {
  close()
}

/** How that is done, from whoever has let them in. */
export function onEndDebugging(act: () => void): void {
  close = act
}

/** One listener; called at once when there is something to tell already. */
export function onDebugState(listener: (state: DebugState) => void): void {
  hear = listener
  if (current.inspector !== null) listener(current)
}

export function setDebugState(changed: Partial<DebugState>): void {
  current = { ...current, ...changed }
  hear(current)
}

/** For people who look for the place to attach to: what has become of `before`. */
export function tellDebugState(
  log: Logger,
  who: string,
  before: DebugState,
  { inspector, breakpoint }: DebugState,
): void {
  if (breakpoint !== null) log.warn(`${who} stands at a breakpoint, ${breakpoint}: attach a debugger to ${inspector}`)
  else if (before.breakpoint !== null) log.info(`${who} goes on from ${before.breakpoint}`)
  else if (inspector !== null && before.inspector === null) log.info(`${who} can be debugged: ${inspector}`)
}
