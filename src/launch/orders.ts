// What a running launcher can be told, by a signal, the control socket or the program that started it: stop, reload,
// scale, upgrade, open the logs again, say how it is. Runs in the process that the operator started.
import { SlipwayError } from '../errors.ts'
import type { Logger } from '../log/index.ts'
import { renderAddress } from './address.ts'
import { type CrewReport, whoServes } from './crew.ts'
import type { Fleet } from './fleet.ts'
import { asSlipwayError } from './failure.ts'
import type { Listener } from './master/bind.ts'
import type { ControlOrders } from './master/control-routes.ts'
import type { ServiceManager } from './master/service-manager.ts'
import { refused, type Successor, type UpgradeOutcome, type Upgrader } from './master/upgrade.ts'
import { reopenLogs } from '../log/index.ts'
import type { Reloader } from './reload.ts'
import { tellProblems } from './tell-problems.ts'
import type { LaunchSignal, SignalQueue } from './signals.ts'
import { type LauncherState, type ServiceStatus, stateOf, workerRecord } from './status.ts'

interface OwnDoors {
  readonly listeners: readonly Listener[]
  /** Whoever asks from here on is not answered here; answers that are under way still come. */
  close(): void
}

export interface OrdersParts {
  readonly name: string
  readonly version: string | null
  readonly fleet: Fleet
  readonly reloader: Reloader
  readonly log: Logger
  readonly manager: ServiceManager
  /** Makes a report, for the reason given. */
  readonly report: (reason: string) => void
  readonly upgrader: Upgrader
  /** Of the launcher itself: the control socket, the metrics. */
  readonly own: OwnDoors
}

export class Orders implements ControlOrders {
  readonly #parts: OrdersParts
  #phase: 'starting' | 'running' | 'draining' = 'starting'
  /** To stop; one that gives way to another master drains without. */
  #isTold = false
  /** The exit status, when everything has ended and was said. */
  readonly ended: Promise<number>
  /** Resolves when the first workers serve, or everything has ended. One for all orders: each race would stay with its parts. */
  readonly #begun: Promise<unknown>
  #settleStarted: () => void = () => undefined

  constructor(parts: OrdersParts) {
    this.#parts = parts
    const { fleet, manager } = parts
    this.ended = fleet.ended.then(async (status) => {
      await manager.close()
      return status
    })
    const started = new Promise<void>((resolve) => (this.#settleStarted = resolve))
    this.#begun = Promise.race([started, this.ended])
  }

  /** The first workers serve. */
  running(reports: readonly CrewReport[]): void {
    this.#phase = 'running'
    this.#settleStarted()
    this.#parts.manager.ready(whoServes(reports))
  }

  /** Obeys signals until there are none any more. */
  async obey(signals: SignalQueue): Promise<void> {
    for await (const signal of signals) this.#obeyOne(signal)
  }

  stop(reason: string): Promise<number> {
    const { fleet, log, manager, upgrader } = this.#parts
    this.#isTold = true
    if (this.#phase !== 'draining') {
      log.info(`${reason}: draining`)
      this.#phase = 'draining'
      manager.stopping(reason)
      upgrader.abort(reason)
      fleet.stop(reason)
    }
    return this.ended
  }

  /** An order that comes before the first workers serve is carried out when they do. */
  async reload(reason: string): Promise<void> {
    if (this.#phase === 'starting') this.#parts.log.info(`${reason}: the service is starting; it reloads after that`)
    await this.#begun
    if (this.#parts.upgrader.isBusy) throw this.#refuseReload(reason)
    return this.#parts.reloader.order(reason)
  }

  #refuseReload(reason: string): SlipwayError {
    this.#parts.log.error(`${reason}: an upgrade is running, whose new master reads everything anew`)
    return new SlipwayError('SLIPWAY_LAUNCH_UPGRADE', 'the reload is refused: an upgrade is running', {
      hint: 'its new master reads everything anew',
    })
  }

  /** Another master, of new code or another Node, takes the place of this one, which finishes what it has in hand and ends. */
  async upgrade(node: string | null, reason: string): Promise<UpgradeOutcome> {
    const { log, reloader, upgrader, own } = this.#parts
    log.info(`${reason}: upgrading`)
    try {
      if (this.#phase !== 'running') throw refused(`the service is ${this.#phase}`)
      if (reloader.isBusy) throw refused('a reload is running')
      const listeners = [...reloader.listeners, ...own.listeners]
      const successor = await upgrader.start(node, listeners, reloader.startMs)
      this.#giveWayTo(successor, listeners)
      return { pid: successor.pid, before: process.pid }
    } catch (error) {
      const failure = asSlipwayError(error, 'SLIPWAY_LAUNCH_UPGRADE', 'the upgrade failed')
      tellProblems(log, failure.problems)
      log.error({ code: failure.code }, 'nothing is upgraded: this master goes on')
      throw failure
    }
  }

  #giveWayTo({ pid, taken }: Successor, listeners: readonly Listener[]): void {
    const { fleet, log, manager, own } = this.#parts
    const reason = `pid ${pid} has taken over`
    log.info(`${reason}: draining`)
    this.#phase = 'draining'
    manager.handOver(pid)
    for (const { key, file } of listeners) if (taken.has(key)) file?.handOn()
    // Who asks from here on asks the new one.
    own.close()
    const removed = listeners.filter(({ key }) => !taken.has(key)).map(({ request }) => renderAddress(request.address))
    fleet.stop(reason, { final: false, reason, removed })
  }

  async scale(workers: number, service: string | null, reason: string): Promise<void> {
    const { fleet, log } = this.#parts
    const { name, crew } = fleet.member(service)
    const of = fleet.names.length > 1 ? ` of ${name}` : ''
    log.info(`${reason}: from ${crew.wanted} to ${workers} workers${of}`)
    await crew.scale(workers)
    log.info(`now ${whoServes([crew.serving()])}${of}`)
  }

  status(): ServiceStatus {
    const { name, version, fleet, reloader } = this.#parts
    return {
      name,
      version,
      state: this.#state(),
      since: new Date(performance.timeOrigin).toISOString(),
      master: { pid: process.pid },
      listeners: reloader.urls,
      services: fleet.services().map(({ name: service, workers }) => ({
        name: service,
        workers: workers.map(workerRecord),
      })),
      lastReload: reloader.history.last,
    }
  }

  #state(): LauncherState {
    const { fleet, reloader } = this.#parts
    if (this.#phase !== 'running') return this.#phase
    return reloader.isBusy ? 'reloading' : stateOf(fleet.status())
  }

  #obeyOne(signal: LaunchSignal): void {
    const { fleet, log } = this.#parts
    switch (signal) {
      case 'SIGTERM':
      case 'SIGINT':
        if (this.#isTold) {
          log.info(`${signal} again: ending at once`)
          return fleet.kill(`a second ${signal}`)
        }
        return void this.stop(signal)
      case 'SIGHUP':
        // Not awaited: a stop may come while it runs. It has told itself why it failed.
        return void this.reload(signal).catch(() => undefined)
      case 'SIGTTIN':
      case 'SIGTTOU':
        return void this.#scaleBy(signal)
      case 'SIGUSR1':
        reopenLogs()
        fleet.reopenLogs()
        return log.info(`${signal}: the log files are opened again`)
      case 'SIGUSR2':
        return this.#parts.report(signal)
    }
  }

  /** The first service: a signal cannot name another. */
  async #scaleBy(signal: 'SIGTTIN' | 'SIGTTOU'): Promise<void> {
    const { fleet, log } = this.#parts
    const [first = null] = fleet.names
    const { crew } = fleet.member(first)
    try {
      await this.scale(crew.wanted + (signal === 'SIGTTIN' ? 1 : -1), first, signal)
    } catch (error) {
      log.error(`${signal}: the number of workers has not changed: ${(error as Error).message}`)
    }
  }
}
