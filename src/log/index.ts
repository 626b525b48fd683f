// Logging: options → a pino logger; the request's context in every line; secrets kept out.
// Importing this loads no logging library: the first createLogger does.
import type { Logger } from 'pino'
import type { Config } from '../config/index.ts'
import { ConfigSecrets } from './config-secrets.ts'
import type { LoggerSetup } from './destination.ts'
import { logGroup, type LogSettings } from './options.ts'

export type { Logger } from 'pino'
export { currentContext, type RequestContext, runInContext } from './context.ts'
export type { LoggerSetup } from './destination.ts'
export type { Level, LevelTable } from './levels.ts'
export { lostLines } from './line-writer.ts'
export { reopenLogs } from './log-file.ts'
export { applyLogOptions, childLogger, logLevels, nullLogger, setLogLevel } from './loggers.ts'
export { logGroup, type LogSettings } from './options.ts'
export { isSecretName, redact, redactQuery, redactUrl } from './redact.ts'

/**
 * The root logger of a process: JSON lines, on a terminal text for people, or the form that the options ask for.
 * Made of a configuration it hides the values of secret options wherever they turn up.
 * @throws SlipwayError SLIPWAY_LOG_FILE, SLIPWAY_CONFIG_VALUE
 */
export async function createLogger(conf: Config | LogSettings, setup: LoggerSetup): Promise<Logger> {
  const { createPinoLogger } = await import('./pino-logger.ts')
  const secrets = new ConfigSecrets()
  if (!('get' in conf)) return createPinoLogger(conf, setup, secrets)
  secrets.learn(conf)
  return createPinoLogger(conf.get(logGroup), setup, secrets)
}
