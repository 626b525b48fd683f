// Logging: options → a pino logger; the request's context in every line; secrets kept out.
// Importing this loads no logging library: the first createLogger does.
import type { Logger } from 'pino'
import type { Config } from '../config/index.ts'
import { logGroup, type LogSettings } from './options.ts'
import type { LoggerSetup } from './pino-logger.ts'

export type { Logger } from 'pino'
export { currentContext, type RequestContext, runInContext } from './context.ts'
export { childLogger, nullLogger } from './loggers.ts'
export { logGroup, type LogSettings } from './options.ts'
export type { LoggerSetup } from './pino-logger.ts'
export { isSecretName, redact } from './redact.ts'

/**
 * The root logger of a process: JSON lines, on a terminal text for people.
 * @throws SlipwayError SLIPWAY_LOG_FILE
 */
export async function createLogger(conf: Config | LogSettings, setup: LoggerSetup): Promise<Logger> {
  const { createPinoLogger } = await import('./pino-logger.ts')
  return createPinoLogger('get' in conf ? conf.get(logGroup) : conf, setup)
}
