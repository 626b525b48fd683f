// Processes for the first workers of a service, started as soon as its sockets are bound: Node starts in them while the
// master still opens its log and makes everything else ready. Runs in the master, at the start only.
import type { ChildProcess } from 'node:child_process'
import type { Generation } from '../generation.ts'
import { launchInto, launchProcess, startProcess } from './process-vessel.ts'
import type { LaunchVessel } from './vessel.ts'

export class ProcessesAhead {
  readonly #waiting: ChildProcess[]

  constructor({ listeners, workers, settings }: Generation) {
    const isWatched = settings.worker_timeout_stack && settings.worker_timeout > 0
    this.#waiting = Array.from({ length: workers }, () => startProcess(listeners, isWatched))
    // One that could not be started, or did not stay, is not taken; the next try says why.
    for (const child of this.#waiting) child.on('error', () => undefined)
  }

  /** Takes those that wait, then starts others. */
  readonly launch: LaunchVessel = (order, events) => {
    const child = this.#waiting.shift()
    return child !== undefined && isAlive(child) ? launchInto(child, order, events) : launchProcess(order, events)
  }

  /** Ends those that nobody has taken. */
  dismiss(): void {
    for (const child of this.#waiting.splice(0)) child.kill('SIGKILL')
  }
}

function isAlive({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null
}
