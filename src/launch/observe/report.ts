// The whole of a running service in one record, for whoever has to find out what is wrong with it: what runs, in which
// processes, with which configuration, and what each process tells of itself. Types, and the parts that are pure.
import type { Config } from '../../config/index.ts'
import type { ProcessReport } from './process-report.ts'
import type { ServiceStatus } from '../status.ts'

export interface Report {
  /** In ISO 8601. */
  readonly at: string
  /** Who asked, in words: `SIGUSR2`. */
  readonly reason: string
  readonly versions: {
    readonly service: string | null
    readonly slipway: string
    readonly node: string
    readonly v8: string
    readonly system: string
  }
  readonly status: ServiceStatus
  readonly processes: readonly Reporter[]
  readonly configuration: ReportedConfig
}

/** A process, or a thread that is a worker. */
export interface Reporter {
  /** `launcher`, `shop: worker 2`. */
  readonly title: string
  readonly pid: number | null
  /** Its number; null for a process. */
  readonly thread: number | null
  /** Null when it has not answered in time. */
  readonly told: ProcessReport | null
  /** Where its event loop was when it last stood still, where that is watched. */
  readonly hangStack: string | null
}

/** What one service has to tell. */
export interface Findings {
  /** Of the process that launched, when the service runs in it. */
  readonly sections: readonly ReportSection[]
  readonly reporters: readonly Reporter[]
}

export interface ReportSection {
  readonly title: string
  readonly lines: readonly string[]
}

export interface ReportedConfig {
  readonly commandLine: readonly string[]
  readonly files: readonly string[]
  /** Values as text, secrets masked. */
  readonly groups: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** How long a process has to answer. */
export const answerWithinMs = 2000

export function reportedConfig(config: Config): ReportedConfig {
  const groups = new Map<string, Record<string, string>>([['DEFAULT', {}]])
  for (const { group, name, value } of config.entries()) {
    const options = groups.get(group) ?? {}
    options[name] = typeof value === 'string' ? value : JSON.stringify(value)
    groups.set(group, options)
  }
  return { commandLine: config.commandLine, files: config.files, groups: Object.fromEntries(groups) }
}
