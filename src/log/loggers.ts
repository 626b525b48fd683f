// Loggers of parts of a program, and the one that says nothing. Loads no logging library.
import type { Logger } from 'pino'
import { levelOf, type LevelTable } from './levels.ts'

/** pino's children inherit it from their parent through the prototype. */
const levels = Symbol('levels of loggers by name')

interface WithLevels {
  [levels]?: LevelTable
}

export function setLevels(log: Logger, table: LevelTable): void {
  Object.defineProperty(log, levels, { value: table, configurable: true })
}

/** A logger of its own name, with the level that `default_log_levels` gives that name. */
export function childLogger(log: Logger, name: string): Logger {
  const table = (log as WithLevels)[levels]
  return log.child({ logger: name }, table ? { level: levelOf(table, name) } : {})
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
