// An upgrade, seen from the master that serves: it starts another one with its sockets and waits until that is ready, or
// says why not. What becomes of itself then is in orders.ts. Nothing has changed until the new one is ready.
import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import { SlipwayError } from '../../errors.ts'
import type { Logger } from '../../log/index.ts'
import { asSlipwayError, fromFailure } from '../failure.ts'
import { describeExit } from '../states.ts'
import type { Listener } from './bind.ts'
import { describeListener, type FromSuccessor, handoverVariable } from './handover.ts'
import type { InheritedSockets } from './inherited.ts'
import type { StartCommand } from './start-command.ts'

export interface UpgradeOutcome {
  /** Of the new master. */
  readonly pid: number
  /** Of the one before, which finishes what it has in hand. */
  readonly before: number
}

export interface Successor {
  readonly pid: number
  /** Keys of the listeners that it serves. */
  readonly taken: ReadonlySet<string>
}

export interface UpgraderParts {
  readonly command: StartCommand
  readonly inherited: InheritedSockets
  /** This process has itself taken the place of another. */
  readonly isSuccessor: boolean
  readonly log: Logger
}

/** More than the new master gives its own workers: it then says itself what is late. */
const extraMs = 10_000

const killAfterMs = 2000

export class Upgrader {
  readonly #parts: UpgraderParts
  #child: ChildProcess | null = null
  #leave: (reason: string) => void = () => undefined

  constructor(parts: UpgraderParts) {
    this.#parts = parts
  }

  get isBusy(): boolean {
    return this.#child !== null
  }

  /**
   * Resolves when the new master serves. `startMs`: how long its workers may take; null: without end.
   * @throws SlipwayError SLIPWAY_LAUNCH_UPGRADE, or what the new one could not start for; this one goes on then
   */
  async start(node: string | null, listeners: readonly Listener[], startMs: number | null): Promise<Successor> {
    if (this.#child !== null) throw refused('another upgrade is running')
    const obstacle = obstacleTo(this.#parts)
    if (obstacle !== null) throw refused(obstacle.why, obstacle.hint)
    requireExecutable(node)
    const child = this.#spawn(node, listeners)
    this.#child = child
    try {
      const taken = await this.#outcome(child, startMs)
      if (child.connected) child.disconnect()
      child.unref()
      return { pid: child.pid ?? 0, taken: new Set(taken) }
    } catch (error) {
      await end(child)
      throw asSlipwayError(error, 'SLIPWAY_LAUNCH_UPGRADE', 'the upgrade failed')
    } finally {
      this.#child = null
    }
  }

  /** Ends one that is under way. */
  abort(reason: string): void {
    this.#leave(reason)
  }

  #spawn(node: string | null, listeners: readonly Listener[]): ChildProcess {
    const { command, inherited, log } = this.#parts
    const sockets = listeners.map((one) => describeListener(one, inherited.identify(one.socket)))
    const child = spawn(node ?? command.node, command.args, {
      cwd: command.cwd,
      env: { ...command.env, [handoverVariable]: JSON.stringify(sockets) },
      stdio: ['inherit', 'inherit', 'inherit', ...listeners.map(({ socket }) => socket.fd), 'ipc'],
    })
    log.info(`the new master${child.pid === undefined ? '' : ` (pid ${child.pid})`} is starting`)
    return child
  }

  async #outcome(child: ChildProcess, startMs: number | null): Promise<readonly string[]> {
    let timer: NodeJS.Timeout | undefined
    try {
      return await new Promise((resolve, reject) => {
        this.#leave = (reason) => reject(refused(`a stop came first (${reason})`))
        child.on('message', (message: FromSuccessor) => {
          if (message.type === 'ready') resolve(message.taken)
          else reject(fromFailure(message.failure))
        })
        child.once('error', (error) => reject(refused(`the new master cannot be started: ${error.message}`)))
        // What it said last has been heard when its channel is closed.
        child.once('close', (status, signal) => {
          const how = `${signal === null ? '' : 'was '}${describeExit(status, signal)}`
          const why = `the new master ${how} before it was ready`
          reject(refused(why, 'the log, or the standard error of the service, has its reasons'))
        })
        if (startMs === null) return
        const late = `the new master was not ready within ${(startMs + extraMs) / 1000} s`
        timer = setTimeout(() => reject(refused(late)), startMs + extraMs)
      })
    } finally {
      clearTimeout(timer)
      this.#leave = () => undefined
    }
  }
}

/** Resolves when it has ended; one that does not is killed, and its workers follow it. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  await new Promise((resolve) => child.once('exit', resolve))
  clearTimeout(timer)
}

interface Obstacle {
  readonly why: string
  readonly hint: string
}

/** Whoever has started this process may take its end for that of the service. */
function obstacleTo({ command, isSuccessor }: UpgraderParts): Obstacle | null {
  const { NOTIFY_SOCKET: notify, SYSTEMD_EXEC_PID: unit } = command.env
  if (process.pid === 1) {
    return { why: 'this is process 1, whose end is that of its container', hint: 'start a container of the new image' }
  }
  if (unit === String(process.pid) && notify === undefined) {
    return {
      why: 'systemd would end the unit together with this process',
      hint: 'Type=notify and NotifyAccess=all in the unit let the service say that another process takes over',
    }
  }
  if (process.ppid === 1 && !isSuccessor && !adoptsProcesses()) {
    return {
      why: 'process 1 of this container would end with this process',
      hint: 'start a container of the new image',
    }
  }
  return null
}

/** Process 1 of a machine goes on whoever ends; the small ones of containers end with what they have started. */
function adoptsProcesses(): boolean {
  try {
    return /^(?:systemd|init)$/m.test(readFileSync('/proc/1/comm', 'utf8'))
  } catch {
    // Another system than Linux, or a hidden /proc: no container as far as can be seen.
    return true
  }
}

function requireExecutable(node: string | null): void {
  if (node === null) return
  try {
    accessSync(node, constants.X_OK)
  } catch (cause) {
    throw refused(`"${node}" cannot be run: ${(cause as Error).message}`, 'name the binary of a Node by its path')
  }
}

export function refused(why: string, hint?: string): SlipwayError {
  return new SlipwayError('SLIPWAY_LAUNCH_UPGRADE', `the upgrade is refused: ${why}`, { hint })
}
