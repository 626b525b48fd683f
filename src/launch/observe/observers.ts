// Those that look on by themselves, without the control socket: the metrics on an address of their own, and reports by
// signal or file. Opened with the launcher, closed at its end. Runs in the process that launched.
import type { Config } from '../../config/index.ts'
import type { Logger } from '../../log/index.ts'
import { parseAddress } from '../address.ts'
import type { Listener } from '../master/bind.ts'
import type { InheritedSockets } from '../master/inherited.ts'
import { MetricsServer } from './metrics-server.ts'
import { launchGroup } from '../options.ts'
import type { Overview } from './overview.ts'
import { reportsGroup } from './report-options.ts'
import { Reporting } from './reporting.ts'

export class Observers {
  readonly #config: Config
  readonly #log: Logger
  readonly #metrics: MetricsServer | null
  #reporting: Reporting | null = null

  /** @throws SlipwayError SLIPWAY_LAUNCH_ADDRESS, SLIPWAY_CONFIG_VALUE */
  constructor(config: Config, log: Logger) {
    this.#config = config
    this.#log = log
    this.#metrics = metricsServerOf(config)
    config.register(reportsGroup)
  }

  /** Before anything is started. @throws SlipwayError as an address of a service does */
  async bind(inherited: InheritedSockets): Promise<void> {
    await this.#metrics?.bind(inherited)
  }

  get listeners(): readonly Listener[] {
    return this.#metrics?.listeners ?? []
  }

  async begin(overview: Overview): Promise<void> {
    this.#reporting = new Reporting({
      config: this.#config,
      log: this.#log,
      collect: (reason) => overview.report(reason),
    })
    if (this.#metrics === null) return
    await this.#metrics.serve(() => overview.metrics())
    this.#log.info(`metrics on ${this.#metrics.url}`)
  }

  /** For a signal, to this process or to a worker. */
  signalled(reason: string): void {
    this.#reporting?.signalled(reason)
  }

  /** Another master answers from here on. */
  giveWay(): void {
    this.#metrics?.close()
  }

  close(): void {
    this.#metrics?.close()
    this.#reporting?.close()
  }
}

function metricsServerOf(config: Config): MetricsServer | null {
  const { metrics_listen: text } = config.get(launchGroup)
  if (text === null) return null
  const { where, detail } = config.origin('metrics_listen')
  return new MetricsServer({ address: parseAddress(text, where), where, origin: detail })
}
