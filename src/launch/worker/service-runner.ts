// Runs one service from its reference to its last hook. The same code in a worker process and in the
// one process; it knows nothing of processes, messages or signals.
import type { Config, ConfigSnapshot } from '../../config/index.ts'
import { applyLogOptions, type Logger } from '../../log/index.ts'
import { renderAddress } from '../address.ts'
import { describeThrown } from '../failure.ts'
import { sumOfCounts } from '../observe/figures.ts'
import type { DrainOrder, ServiceSpec } from '../messages.ts'
import { launchGroup } from '../options.ts'
import type { ReportSection } from '../observe/report.ts'
import type { Service, ServiceContext, ServiceListener, StopNotice, StopOrder, WorkCounts } from '../service.ts'
import { DescriptorWatch } from './descriptor-watch.ts'
import { discreet, type TlsMaterial } from '../tls/tls-options.ts'
import { loadService } from './load-service.ts'

/** What a service whose code has crashed may still give to the requests in hand. */
export const lastServiceMs = 5000

/** After the cut all that is left of a stop has this long; the master kills later than that. */
const lastMs = 500
const late = Symbol('late')

export interface RunnerParts {
  readonly spec: ServiceSpec
  readonly workerId: number
  readonly config: Config
  readonly log: Logger
  readonly listeners: readonly ServiceListener[]
  readonly tls: TlsMaterial | null
  /** Between the phases of a final stop: resolves when no other worker accepts either. */
  readonly othersClosed?: () => Promise<void>
}

export class ServiceRunner {
  readonly #parts: RunnerParts
  readonly #hooks: (() => void | Promise<void>)[] = []
  readonly #counts: (() => WorkCounts)[] = []
  readonly #sections: { readonly title: string; readonly lines: () => readonly string[] }[] = []
  readonly #stopping = new AbortController()
  readonly #cut = new AbortController()
  /** Resolves when there is no time left for anything. */
  readonly #late: Promise<typeof late>
  #lateTimer: NodeJS.Timeout | undefined
  #service: Service | null = null
  #descriptors: DescriptorWatch | null = null
  #isFinal = false
  #drained: Promise<number> | null = null

  constructor(parts: RunnerParts) {
    this.#parts = parts
    this.#late = new Promise((resolve) => {
      this.#cut.signal.addEventListener('abort', () => (this.#lateTimer = setTimeout(() => resolve(late), lastMs)), {
        once: true,
      })
    })
  }

  /** Resolves with the service's own line when it is ready. Rejects with what its code threw, or why it could not be made. */
  async start(): Promise<string | null> {
    try {
      const service = await loadService(this.#parts.spec)
      this.#service = service
      await this.#untilReady(service)
      this.#descriptors = new DescriptorWatch(this.#parts.log)
      // The groups that its filters have declared may hold secrets, which lines must not show.
      applyLogOptions(this.#parts.log, this.#parts.config)
      // What the start has left unhandled is reported at the end of this turn: a crash now is no start.
      await new Promise((resolve) => setImmediate(resolve))
      return service.describe?.() ?? null
    } catch (error) {
      this.cut()
      await this.#release()
      throw error
    }
  }

  /**
   * Options that can change while it runs have. `changed` is the master's configuration; without it this one's own has
   * changed already. Never rejects: what is wrong is logged, and the service goes on as it was.
   */
  async mutate(changed: ConfigSnapshot | null): Promise<void> {
    const { config, log, spec } = this.#parts
    try {
      if (changed !== null) config.apply(changed)
      applyLogOptions(log, config)
      await this.#service?.reset?.()
    } catch (error) {
      log.error({ err: error }, `${spec.name}: reset failed: ${describeThrown(error)}`)
    }
  }

  /** Stops in order, once; a second call waits for the first, and can make it final. Never rejects; says how many things were cut. */
  drain(order: DrainOrder): Promise<number> {
    this.#isFinal ||= order.final
    return (this.#drained ??= this.#drain(order))
  }

  /** The figures of the service's work; zeros when it gives none. */
  counts(): WorkCounts {
    return sumOfCounts(this.#counts.map((count) => count()))
  }

  /** What the parts of the service have to say in a report; one that fails says so. */
  sections(): ReportSection[] {
    return this.#sections.map(({ title, lines }) => {
      try {
        return { title, lines: lines() }
      } catch (error) {
        return { title, lines: [`it could not be told: ${describeThrown(error)}`] }
      }
    })
  }

  /** Ends the waiting: what is in hand is dropped. */
  cut(): void {
    this.#cut.abort()
  }

  async #untilReady(service: Service): Promise<void> {
    let isReady = false
    await new Promise<void>((resolve, reject) => {
      const ready = (): void => {
        isReady = true
        resolve()
      }
      const started = Promise.resolve().then(() => service.start(this.#context(ready)))
      // A start that fails after it has said ready is a crash: nobody waits for it any more.
      started.then(ready, (error: unknown) => (isReady ? crash(error) : reject(error as Error)))
    })
  }

  #context(ready: () => void): ServiceContext {
    const { spec, config, log, workerId, listeners } = this.#parts
    const tls = this.#parts.tls && discreet(this.#parts.tls)
    const onClose: ServiceContext['onClose'] = (release) => void this.#hooks.push(release)
    const onMeasure: ServiceContext['onMeasure'] = (count) => void this.#counts.push(count)
    const onReport: ServiceContext['onReport'] = (title, lines) => void this.#sections.push({ title, lines })
    const { signal: stopping } = this.#stopping
    return { from: spec.from, config, log, workerId, listeners, tls, stopping, ready, onMeasure, onReport, onClose }
  }

  async #drain({ reason, removed = [] }: DrainOrder): Promise<number> {
    const { graceful_shutdown_timeout: grace, stop_delay: delay } = this.#parts.config.get(launchGroup)
    const notice: StopNotice = { isFinal: this.#isFinal, reason }
    this.#stopping.abort(notice)
    // The delay is for load balancers, which need not know that another worker takes over.
    if (this.#isFinal) await waitFor(delay * 1000, this.#cut.signal)
    const timer = grace > 0 ? setTimeout(() => this.#cut.abort(), grace * 1000) : undefined
    const isFinal = this.#isFinal
    const order: StopOrder = {
      isFinal,
      reason,
      // Where another program holds the socket, what waits in its queue is for whoever comes next.
      isFinalAt: ({ request }) =>
        !request.isHeldOutside && (isFinal || removed.includes(renderAddress(request.address))),
      signal: this.#cut.signal,
    }
    await this.#step('stop', () => this.#service?.stop(order))
    if (isFinal) await this.#parts.othersClosed?.()
    const cut = await this.#step('wait', () => this.#service?.wait())
    await this.#release()
    clearTimeout(timer)
    return typeof cut === 'number' ? cut : 0
  }

  async #release(): Promise<void> {
    for (const release of this.#hooks.toReversed()) await this.#step('a close hook', release)
    clearTimeout(this.#lateTimer)
    this.#descriptors?.stop()
  }

  /** One step of a stop: a failing or hanging one is logged and does not keep the others from running. */
  async #step<T>(name: string, run: () => T | Promise<T>): Promise<T | undefined> {
    try {
      const result = await Promise.race([Promise.resolve().then(run), this.#late])
      if (result !== late) return result
      this.#parts.log.warn(`${this.#parts.spec.name}: ${name} did not end in time and was left behind`)
    } catch (error) {
      this.#parts.log.error({ err: error }, `${this.#parts.spec.name}: ${name} failed: ${describeThrown(error)}`)
    }
    return undefined
  }
}

/** Resolves after the time, or at once when the signal is aborted. */
async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}

/** Makes an error that has no owner the process's, as an unhandled rejection is. */
function crash(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
