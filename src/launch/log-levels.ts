// The levels of loggers that an operator has set while the service runs: in the process that launched, and by its
// orders in every worker, those to come too. They hold until a restart, or until a reload brings other levels.
import type { Config } from '../config/index.ts'
import { type Level, logGroup, logLevels, type Logger, setLogLevel } from '../log/index.ts'

/** To one process. */
export interface LevelOrder {
  /** `root` for all that have no level of their own. */
  readonly logger: string
  /** As `default_log_levels` takes it; null for the level of the configuration. */
  readonly level: string | null
}

/** What is in force. */
export interface LevelsRecord {
  readonly root: string
  readonly loggers: Readonly<Record<string, string>>
  /** Of these, what was set by hand. */
  readonly set: readonly string[]
}

/** By the names that operators know. */
const names: Readonly<Record<Level, string>> = {
  trace: 'TRACE',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL',
  silent: 'SILENT',
}

export class LogLevels {
  readonly #log: Logger
  readonly #config: Config
  /** By logger. */
  #set = new Map<string, string>()
  /** The levels of the configuration when they were set. */
  #configured: string

  /** `config` is that of the start: it follows reloads as far as options are mutable, and these are. */
  constructor(log: Logger, config: Config) {
    this.#log = log
    this.#config = config
    this.#configured = levelsIn(config)
  }

  /** @throws SlipwayError SLIPWAY_CONFIG_VALUE; nothing has changed then */
  set({ logger, level }: LevelOrder): void {
    setLogLevel(this.#log, logger, level)
    this.#forgetOld()
    if (level === null) this.#set.delete(logger)
    else this.#set.set(logger, level)
  }

  /** The loggers that were set by hand. */
  get changed(): readonly string[] {
    this.#forgetOld()
    return [...this.#set.keys()]
  }

  /** What a worker that is started with a configuration has to be told besides. */
  ordersFor(config: Config): LevelOrder[] {
    if (levelsIn(config) !== this.#configured) return []
    return [...this.#set].map(([logger, level]) => ({ logger, level }))
  }

  get record(): LevelsRecord {
    const levels = logLevels(this.#log)
    const loggers = [...(levels?.byName ?? [])].map(([name, level]): [string, string] => [name, names[level]])
    return { root: names[levels?.root ?? 'info'], loggers: Object.fromEntries(loggers), set: this.changed }
  }

  /** A reload that changed them has ended what was set before (log/loggers.ts does so in each process). */
  #forgetOld(): void {
    const configured = levelsIn(this.#config)
    if (configured !== this.#configured) this.#set = new Map()
    this.#configured = configured
  }
}

function levelsIn(config: Config): string {
  const { debug, default_log_levels: pairs } = config.get(logGroup)
  return JSON.stringify([debug, pairs])
}
