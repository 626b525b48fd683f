// One worker in the process itself: no child, no messages, the same runner. A crash of its code is
// the end of the service: there is nobody to replace it, and its state cannot be trusted.
import type { Server } from 'node:net'
import { SlipwayError } from '../../errors.ts'
import type { Config } from '../../config/index.ts'
import type { Logger } from '../../log/index.ts'
import { type Crew, type CrewReport, stopStatus, type WorkerStatus } from '../crew.ts'
import { asSlipwayError } from '../failure.ts'
import { closeListeners, type Listener } from '../master/bind.ts'
import type { ServiceSpec } from '../messages.ts'
import type { ServiceListener } from '../service.ts'
import { closeListener } from './accept-queue.ts'
import { boundListener } from './listeners.ts'
import { ServiceRunner } from './service-runner.ts'

export interface InProcessParts {
  readonly spec: ServiceSpec
  readonly config: Config
  readonly log: Logger
  /** Bound; they are closed when it ends. */
  readonly listeners: readonly Listener[]
  /** How long `start` may take; null: without end. */
  readonly startMs: number | null
}

export class InProcessCrew implements Crew {
  readonly #parts: InProcessParts
  readonly #runner: ServiceRunner
  readonly ended: Promise<number>
  #settleEnd: (status: number) => void = () => undefined
  #state: WorkerStatus['state'] = 'starting'
  #started: Promise<unknown> = Promise.resolve()
  #stopReason: string | null = null
  readonly #servers = new Set<Server>()
  #failStart: (fault: SlipwayError) => void = () => undefined
  readonly #crash = (error: unknown): void => this.#onCrash(error)

  constructor(parts: InProcessParts) {
    this.#parts = parts
    const { spec, config, log } = parts
    this.#runner = new ServiceRunner({ spec, config, log, workerId: 1, listeners: this.#serviceListeners() })
    this.ended = new Promise((resolve) => (this.#settleEnd = resolve))
  }

  async start(): Promise<CrewReport | null> {
    process.on('uncaughtException', this.#crash)
    process.on('unhandledRejection', this.#crash)
    const starting = this.#startInTime()
    this.#started = starting.catch(() => undefined)
    try {
      const summary = await Promise.race([starting, this.ended])
      if (this.#stopReason !== null) return null
      this.#state = 'ready'
      return { pids: [process.pid], summary: typeof summary === 'string' ? summary : null }
    } catch (error) {
      const failure = asSlipwayError(error, 'SLIPWAY_LAUNCH_WORKER_BOOT', 'the service could not start')
      this.#end(failure.exitCode)
      throw failure
    }
  }

  stop(reason: string): void {
    if (this.#stopReason !== null) return
    this.#stopReason = reason
    void this.#stop(reason)
  }

  kill(reason: string): void {
    this.stop(reason)
    this.#runner.cut()
    this.#end(stopStatus.cut)
  }

  status(): readonly WorkerStatus[] {
    return [{ id: 1, kind: 'in-process', pid: process.pid, state: this.#state, restarts: 0, lastEnd: null }]
  }

  #serviceListeners(): ServiceListener[] {
    return this.#parts.listeners.map((listener) => boundListener(listener, (server) => this.#servers.add(server)))
  }

  async #startInTime(): Promise<string | null> {
    const { startMs } = this.#parts
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      this.#failStart = reject
      if (startMs === null) return
      timer = setTimeout(() => {
        const message = `the service could not start: it was not ready within ${startMs / 1000} s`
        reject(
          new SlipwayError('SLIPWAY_LAUNCH_WORKER_BOOT', message, {
            hint: 'give it more time with start_timeout, or look for what it waits for',
          }),
        )
      }, startMs)
    })
    try {
      return await Promise.race([this.#runner.start(), late])
    } finally {
      clearTimeout(timer)
    }
  }

  async #stop(reason: string): Promise<void> {
    // A start cannot be stopped half way; it is bounded by its own timeout.
    await this.#started
    if (this.#state !== 'gone') this.#state = 'draining'
    const cut = await this.#runner.drain({ final: true, reason })
    if (cut > 0) this.#parts.log.warn(`cut ${cut} request${cut === 1 ? '' : 's'} when the time to finish was over`)
    this.#end(cut > 0 ? stopStatus.cut : stopStatus.clean)
  }

  #onCrash(error: unknown): void {
    const failure = asSlipwayError(error, 'SLIPWAY_LAUNCH_WORKER_DIED', 'the service died')
    if (this.#state === 'starting') return this.#failStart(failure)
    this.#parts.log.fatal({ err: error }, failure.message)
    this.#runner.cut()
    this.stop(failure.message)
    this.#end(failure.exitCode)
  }

  #end(status: number): void {
    this.#state = 'gone'
    process.off('uncaughtException', this.#crash)
    process.off('unhandledRejection', this.#crash)
    closeListeners(this.#parts.listeners)
    // Those that a server has taken over; closed long ago unless this is no end in order.
    for (const server of this.#servers) closeListener(server)
    this.#settleEnd(status)
  }
}
