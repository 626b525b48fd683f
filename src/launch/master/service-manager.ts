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
  #isHandedOver = false

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
    this.#tell(process.pid, 'READY=1', `STATUS=${status}`)
    if (this.#watchdogMs === null || this.#watchdog !== undefined || this.#socket === null) return
    // Twice as often as it is asked for, as sd_watchdog_enabled(3) advises.
    this.#watchdog = setInterval(() => this.#tell(process.pid, 'WATCHDOG=1'), this.#watchdogMs / 2).unref()
  }

  reloading(): void {
    const microseconds = process.hrtime.bigint() / 1000n
    this.#tell(process.pid, 'RELOADING=1', `MONOTONIC_USEC=${microseconds}`, 'STATUS=reloading')
  }

  stopping(reason: string): void {
    this.#tell(process.pid, 'STOPPING=1', `STATUS=draining: ${reason}`)
  }

  /** Another process is the main one from here on, and says the rest. */
  handOver(pid: number): void {
    clearInterval(this.#watchdog)
    this.#tell(pid)
    this.#isHandedOver = true
  }

  /** Resolves when all that was said has left. */
  async close(): Promise<void> {
    clearInterval(this.#watchdog)
    await this.#queue
  }

  /** `main`: the main process of the unit, which every message names. */
  #tell(main: number, ...fields: readonly string[]): void {
    const socket = this.#socket
    if (socket === null || this.#isMissing || this.#isHandedOver) return
    this.#queue = this.#queue.then(() => this.#send(socket, [`--pid=${main}`, ...fields]))
  }

  async #send(socket: string, args: readonly string[]): Promise<void> {
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      const options = { env: { PATH: process.env.PATH, NOTIFY_SOCKET: socket }, timeout: sendWithinMs }
      execFile('systemd-notify', [...args], options, (failure) => resolve(failure as NodeJS.ErrnoException | null))
    })
    if (error === null) return
    this.#isMissing = error.code === 'ENOENT'
    const why = this.#isMissing ? 'systemd-notify is not installed' : error.message
    this.#log.warn(`the service manager cannot be told ${args[1] ?? 'of the new master'}: ${why}`)
  }
}

const sendWithinMs = 5000
