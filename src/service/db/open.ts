// The database of the service, open and where its code expects it to be. Called by workers while they start.
import type { Config } from '../../config/index.ts'
import { configuredUrl, type Database, type DatabaseLog, openDatabase } from '../../db/connect.ts'
import { databaseGroup } from '../../db/options.ts'
import { requireCurrent } from '../../db/start-check.ts'
import { launchGroup } from '../../launch/options.ts'
import type { ServiceTables } from './tables.ts'

/**
 * @throws SlipwayError as `openDatabase`, and SLIPWAY_DB_BEHIND with the command to run
 */
export async function openServiceDatabase(config: Config, log: DatabaseLog): Promise<Database<ServiceTables>> {
  const settings = config.get(databaseGroup)
  const origin = config.origin('database.connection')
  const [database, { loadGraph }] = await Promise.all([
    openDatabase<ServiceTables>(settings, { log, origin }),
    import('../../db/migrations/load-revisions.ts'),
  ])
  warnOfMemory(config, log)
  try {
    const graph = await loadGraph({ from: import.meta.url })
    await requireCurrent(database, graph, { settings, command: upgradeCommand(config), log })
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

/** A worker cannot look into the memory of another one. */
function warnOfMemory(config: Config, log: DatabaseLog): void {
  const { workers } = config.get(launchGroup)
  if (workers < 2) return
  const { dialect, database } = configuredUrl(config.get(databaseGroup))
  if (dialect !== 'sqlite' || database !== null) return
  log.warn(
    `each of the ${workers} workers has a database of its own in its memory: "connection" in [database] names no file`,
  )
}

function upgradeCommand({ files }: Config): string {
  return ['service-db-manage', ...files.map((file) => `--config-file ${shellWord(file)}`), 'upgrade heads'].join(' ')
}

/** As a shell takes it for one word. */
function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/u.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
