// `--sql`: what a run would do, as a script on standard output. Does not open the database.
import { isSlipwayError, SlipwayError } from '../../errors.ts'
import { configuredUrl } from '../connect.ts'
import { type OfflineOptions, renderDowngrade, renderStamp, renderUpgrade } from '../migrations/offline.ts'
import { databaseGroup } from '../options.ts'
import type { Session } from './session.ts'

const render = { upgrade: renderUpgrade, downgrade: renderDowngrade } as const

/** @returns status 0 */
export async function writeSql(session: Session, direction: keyof typeof render, target: string): Promise<number> {
  session.terminal.out(await render[direction](await session.graph(), target, optionsOf(session)))
  return 0
}

/** @returns status 0 */
export async function writeStampSql(session: Session, targets: readonly string[], purge: boolean): Promise<number> {
  if (purge) {
    throw new SlipwayError('SLIPWAY_USAGE', 'nobody knows without the database what --purge has to forget', {
      expected: '--sql without it, or without --sql',
    })
  }
  session.terminal.out(await renderStamp(await session.graph(), targets, optionsOf(session)))
  return 0
}

/** In the language of the database that the configuration names. */
function optionsOf({ conf, terminal }: Session): OfflineOptions {
  try {
    const { dialect } = configuredUrl(conf.get(databaseGroup))
    return { dialect, say: (text) => terminal.err(`${text}\n`) }
  } catch (error) {
    throw isSlipwayError(error) ? error.located(conf.origin('database.connection').where) : error
  }
}
