// What a launcher knows of all that it runs, for those who look: metrics, reports, the levels of loggers. Runs in the
// process that the operator started; changes nothing but levels.
import { arch, platform, release } from 'node:os'
import { performance } from 'node:perf_hooks'
import type { Config } from '../../config/index.ts'
import { lostLines, type Logger } from '../../log/index.ts'
import type { Member } from '../fleet.ts'
import type { LevelOrder, LevelsRecord, LogLevels } from '../log-levels.ts'
import { ownDistribution } from '../../entrypoints/aliases.ts'
import type { ReloadHistory } from './reload-history.ts'
import type { Report } from './report.ts'
import { residentSetReader } from '../resident-set.ts'
import type { ServiceStatus } from '../status.ts'

export interface OverviewParts {
  /** Of the start; it follows reloads as far as options are mutable. */
  readonly config: Config
  readonly log: Logger
  readonly levels: LogLevels
  readonly reloads: ReloadHistory
  readonly members: readonly Member[]
  readonly status: () => ServiceStatus
}

export class Overview {
  readonly #parts: OverviewParts
  readonly #residentSet = residentSetReader()

  constructor(parts: OverviewParts) {
    this.#parts = parts
  }

  /** In Prometheus' text format. */
  async metrics(): Promise<string> {
    const [{ renderExposition }, { metricsOf }] = await Promise.all([import('./exposition.ts'), import('./metrics.ts')])
    const { members, reloads, status } = this.#parts
    const { name, version, state } = status()
    const { user, system } = process.cpuUsage()
    return renderExposition(
      metricsOf({
        name,
        version,
        launcherVersion: ownDistribution().version ?? '',
        nodeVersion: process.version,
        isServing: isServing(state),
        reloads,
        services: members.map(({ name: service, crew }) => ({
          name: service,
          wanted: crew.wanted,
          restarts: crew.ledger.restarts,
          past: crew.ledger.past,
          workers: crew.status(),
        })),
        process: {
          startTime: performance.timeOrigin / 1000,
          cpuSeconds: (user + system) / 1e6,
          residentBytes: this.#residentSet(),
          lostLines: lostLines(),
        },
      }),
    )
  }

  levels(): LevelsRecord {
    return this.#parts.levels.record
  }

  /** In every process. @throws SlipwayError SLIPWAY_CONFIG_VALUE when there is no such level; nothing has changed then */
  setLevel(order: LevelOrder, reason: string): void {
    const { levels, log, members } = this.#parts
    levels.set(order)
    for (const { crew } of members) crew.setLevel(order)
    log.info(`${reason}: logger ${order.logger} has the level ${order.level ?? 'of the configuration'} now`)
  }

  resetLevels(reason: string): void {
    for (const logger of this.#parts.levels.changed) this.setLevel({ logger, level: null }, reason)
  }

  async report(reason: string): Promise<Report> {
    const [{ reportOfProcess }, { withoutSecrets }, { reportedConfig }] = await Promise.all([
      import('./process-report.ts'),
      import('./report-secrets.ts'),
      import('./report.ts'),
    ])
    const { config, members, status } = this.#parts
    const at = new Date().toISOString()
    const findings = await Promise.all(members.map(({ crew }) => crew.examine()))
    const told = withoutSecrets(config, reportOfProcess({ sections: findings.flatMap(({ sections }) => sections) }))
    const now = status()
    return {
      at,
      reason,
      versions: {
        service: now.version,
        slipway: ownDistribution().version ?? '',
        node: process.version,
        v8: process.versions.v8,
        system: `${platform()} ${release()} ${arch()}`,
      },
      status: now,
      processes: [
        { title: 'launcher', pid: process.pid, thread: null, told, hangStack: null },
        ...findings.flatMap(({ reporters }) => reporters),
      ],
      configuration: withoutSecrets(config, reportedConfig(config)),
    }
  }
}

/** Everything serves that shall, also while workers are replaced. */
export function isServing(state: ServiceStatus['state']): boolean {
  return state === 'running' || state === 'reloading'
}
