// What systemd wants to know of a unit of Type=notify: ready, reloading, stopping, a line of status, and that it is
// alive. Node has no datagram sockets of the unix kind, so systemd-notify(1) says it. Runs in the process that the
// operator started; does nothing where NOTIFY_SOCKET is not set.
import { execFile } from 'node:child_process'
import type { Logger } from '../../log/index.ts'

type Environment = Record<string, string | undefined>

export class ServiceManager {
  readonly #socket: string | null
  readonly #watchdogMs: number | null
  readonly #log: Logger
  /** One message after the other: a stop must not overtake a start. */
  #queue: Promise<void> = Promise.resolve()
  #watchdog: NodeJS.Timeout | undefined
  #isMissing = false

  /** Takes what is meant for this process out of the environment: it is not for its children (sd_notify(3)). */
  constructor(log: Logger, env: Environment = process.env) {
    this.#log = log
    this.#socket = env.NOTIFY_SOCKET ?? null
    const isOurs = env.WATCHDOG_PID === undefined || env.WATCHDOG_PID === String(process.pid)
    const microseconds = Number(env.WATCHDOG_USEC ?? 0)
    this.#watchdogMs = isOurs && microseconds > 0 ? microseconds / 1000 : null
    for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name]
  }

  ready(status: string): void {
    this.#tell('READY=1', `STATUS=${status}`)
    if (this.#watchdogMs === null || this.#watchdog !== undefined || this.#socket === null) return
    // Twice as often as it is asked for, as sd_watchdog_enabled(3) advises.
    this.#watchdog = setInterval(() => this.#tell('WATCHDOG=1'), this.#watchdogMs / 2).unref()
  }

  reloading(): void {
    const microseconds = process.hrtime.bigint() / 1000n
    this.#tell('RELOADING=1', `MONOTONIC_USEC=${microseconds}`, 'STATUS=reloading')
  }

  stopping(reason: string): void {
    this.#tell('STOPPING=1', `STATUS=draining: ${reason}`)
  }

  /** Resolves when all that was said has left. */
  async close(): Promise<void> {
    clearInterval(this.#watchdog)
    await this.#queue
  }

  #tell(...fields: readonly string[]): void {
    const socket = this.#socket
    if (socket === null || this.#isMissing) return
    this.#queue = this.#queue.then(() => this.#send(socket, fields))
  }

  async #send(socket: string, fields: readonly string[]): Promise<void> {
    const args = [`--pid=${process.pid}`, ...fields]
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      const options = { env: { PATH: process.env.PATH, NOTIFY_SOCKET: socket }, timeout: sendWithinMs }
      execFile('systemd-notify', args, options, (failure) => resolve(failure as NodeJS.ErrnoException | null))
    })
    if (error === null) return
    this.#isMissing = error.code === 'ENOENT'
    const why = this.#isMissing ? 'systemd-notify is not installed' : error.message
    this.#log.warn(`the service manager cannot be told ${fields[0] ?? ''}: ${why}`)
  }
}

const sendWithinMs = 5000
