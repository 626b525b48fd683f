// `slipway log-level`: shows and changes the levels of the loggers of a running service.
import { SlipwayError } from '../errors.ts'
import type { LevelsRecord } from '../launch/log-levels.ts'
import { type ControlOptions, controlFlags, jsonFlag } from './flags.ts'
import { headings, type Verb } from './verb.ts'

interface LogLevelOptions extends ControlOptions {
  readonly logger?: string
  readonly reset?: true
  readonly json?: true
}

export const logLevel: Verb<LogLevelOptions> = {
  usage: 'log-level [level]',
  heading: headings.run,
  summary: 'Show or change what a running service logs',
  details:
    'Without a level it shows the levels in force. A level holds in the service and all its workers, those to come too, until a restart or a reload that changes debug or default_log_levels.',
  args: ['TRACE, DEBUG, INFO, WARNING, ERROR or CRITICAL'],
  completes: [['TRACE', 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL']],
  flags: [
    ...controlFlags,
    { flags: '--logger <name>', summary: 'this logger and those below it (default: root, for all without a level)' },
    { flags: '--reset', summary: 'the level of the configuration again; without --logger for all loggers' },
    jsonFlag,
  ],
  examples: [
    ['slipway log-level DEBUG --socket /run/shop/control.sock', 'everything, in every worker'],
    ['slipway log-level DEBUG --logger shop.db --config-file etc/shop.conf', 'one part of it'],
    ['slipway log-level --reset --config-file etc/shop.conf', 'as the configuration has it'],
  ],
  async run([level], { logger, reset, json, ...options }, terminal) {
    const wanted = await orderOf(level as string | undefined, logger, reset)
    const { askService, socketPath } = await import('./control.ts')
    const path = socketPath(options)
    const answer =
      wanted === null ? askService(path, 'GET', '/log-level') : askService(path, 'POST', '/log-level', wanted)
    const levels = (await answer) as LevelsRecord
    if (json) return terminal.out(`${JSON.stringify(levels)}\n`)
    const { renderTable } = await import('./table.ts')
    terminal.out(`${renderTable(rowsOf(levels))}\n`)
  },
}

/** Null: it asks only. */
async function orderOf(level: string | undefined, logger: string | undefined, reset: true | undefined) {
  if (level === undefined && reset === undefined) {
    if (logger === undefined) return null
    throw new SlipwayError('SLIPWAY_USAGE', `no level for the logger "${logger}"`, {
      expected: `slipway log-level LEVEL --logger ${logger}, or --reset`,
    })
  }
  if (level !== undefined && reset !== undefined) {
    throw new SlipwayError('SLIPWAY_USAGE', 'a level and --reset do not go together', {
      hint: 'leave one of them away',
    })
  }
  if (level !== undefined) {
    const { levelNames, parseLevel } = await import('../log/levels.ts')
    if (parseLevel(level) === null) {
      throw new SlipwayError('SLIPWAY_USAGE', `there is no level "${level}"`, { alternatives: levelNames })
    }
  }
  return { level: level ?? null, ...(logger !== undefined && { logger }) }
}

function rowsOf({ root, loggers, set }: LevelsRecord): string[][] {
  return Object.entries({ root, ...loggers }).map(([name, level]) => [
    name,
    level,
    set.includes(name) ? 'set by hand' : '',
  ])
}
