// The loggers of a program as a tree: parts of it by name, their levels, and the changes of levels
// while it runs. Also the logger that says nothing. Loads no logging library.
import type { Logger } from 'pino'
import type { Config } from '../config/index.ts'
import { SlipwayError } from '../errors.ts'
import type { ConfigSecrets } from './config-secrets.ts'
import { type Level, levelNames, levelOf, type LevelTable, parseLevel, parseLevels } from './levels.ts'
import { logGroup } from './options.ts'

/** What the loggers of one tree share; pino's children inherit it from their parent through the prototype. */
export class LoggerTree {
  readonly root: Logger
  readonly secrets: ConfigSecrets
  #configured: LevelTable
  #levels: LevelTable
  /** Loggers with a name; the others have the level of the one that they are children of. */
  #named: { readonly name: string; readonly log: WeakRef<Logger> }[] = []
  #sweepAt = 1000

  constructor(root: Logger, levels: LevelTable, secrets: ConfigSecrets) {
    this.root = root
    this.secrets = secrets
    this.#configured = levels
    this.#levels = levels
    Object.defineProperty(root, tree, { value: this, configurable: true })
  }

  get levels(): LevelTable {
    return this.#levels
  }

  child(parent: Logger, name: string): Logger {
    const log = parent.child({ logger: name }, { level: levelOf(this.#levels, name) })
    this.#named.push({ name, log: new WeakRef(log) })
    // Children of a request go with it: what is left of them is swept out now and then.
    if (this.#named.length >= this.#sweepAt) this.#sweep()
    return log
  }

  /** The levels of the configuration; what was set by hand holds until they change. */
  configure(levels: LevelTable): void {
    if (isSame(levels, this.#configured)) return
    this.#configured = levels
    this.#apply(levels)
  }

  /** Null gives the name the level of the configuration back. */
  set(name: string, level: Level | null): void {
    const byName = new Map(this.#levels.byName)
    const wanted = level ?? (name === '' ? this.#configured.root : this.#configured.byName.get(name))
    if (name !== '' && wanted === undefined) byName.delete(name)
    else if (name !== '' && wanted !== undefined) byName.set(name, wanted)
    this.#apply({ root: name === '' && wanted ? wanted : this.#levels.root, byName })
  }

  #apply(levels: LevelTable): void {
    this.#levels = levels
    this.root.level = levels.root
    for (const { name, log } of this.#named) {
      const named = log.deref()
      if (named) named.level = levelOf(levels, name)
    }
  }

  #sweep(): void {
    this.#named = this.#named.filter(({ log }) => log.deref() !== undefined)
    this.#sweepAt = Math.max(1000, this.#named.length * 2)
  }
}

const tree = Symbol('the tree that a logger belongs to')

function treeOf(log: Logger): LoggerTree | undefined {
  return (log as { [tree]?: LoggerTree })[tree]
}

function isSame(one: LevelTable, other: LevelTable): boolean {
  const pairs = ({ byName }: LevelTable): string => JSON.stringify([...byName])
  return one.root === other.root && pairs(one) === pairs(other)
}

/** A logger of its own name, with the level that `default_log_levels` gives that name. */
export function childLogger(log: Logger, name: string): Logger {
  return treeOf(log)?.child(log, name) ?? log.child({ logger: name })
}

/**
 * Sets a level while the program runs, for all loggers of that name and below it. A reload that changes `debug` or
 * `default_log_levels` ends what was set so.
 * @param log any logger that comes from `createLogger`
 * @param name a logger's name, `root` for all that have no level of their own
 * @param level as `default_log_levels` takes it: `DEBUG`, `WARNING`, `10`; null for the level of the configuration
 * @throws SlipwayError SLIPWAY_CONFIG_VALUE
 */
export function setLogLevel(log: Logger, name: string, level: string | null): void {
  const parsed = level === null ? null : parseLevel(level)
  if (level !== null && parsed === null) {
    throw new SlipwayError('SLIPWAY_CONFIG_VALUE', `there is no level "${level}"`, { alternatives: levelNames })
  }
  treeOf(log)?.set(name === 'root' ? '' : name, parsed)
}

/** The levels in force: of the root, and of the names that have their own. */
export function logLevels(log: Logger): LevelTable | null {
  return treeOf(log)?.levels ?? null
}

/**
 * Takes over what a configuration says now: `debug` and `default_log_levels`, and the secrets of the options that it knows.
 * To be called when the configuration has changed, and when groups with secrets were registered after the logger was made.
 */
export function applyLogOptions(log: Logger, conf: Config): void {
  const found = treeOf(log)
  if (!found) return
  const { debug, default_log_levels: pairs } = conf.get(logGroup)
  found.configure(parseLevels(debug, pairs))
  found.secrets.learn(conf)
}

const nothing = (): void => {}

/**
 * For tests and for code that is called without a logger. It has the methods that log;
 * pino's settings and events would have no meaning here.
 */
export const nullLogger: Logger = {
  level: 'silent',
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
  silent: nothing,
  flush: nothing,
  setBindings: nothing,
  bindings: () => ({}),
  isLevelEnabled: () => false,
  child: () => nullLogger,
} as unknown as Logger
