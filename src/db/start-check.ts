// What a service asks before it serves: is the database where this code expects it? Runs in workers while they start;
// several at once find the same, and the lock lets one of them upgrade. The engine is loaded when it is called.
import { SlipwayError } from '../errors.ts'
import type { DatabaseLog } from './connect.ts'
import type { EngineDatabase } from './migrations/engine.ts'
import type { RevisionGraph } from './migrations/graph.ts'
import type { DatabaseSettings } from './options.ts'

export interface StartCheckOptions {
  /** Of [database]: `auto_upgrade` and `lock_timeout`. */
  readonly settings: Pick<DatabaseSettings, 'auto_upgrade' | 'lock_timeout'>
  /** What the operator is to run when the database is behind: `shop-db-manage --config-file shop.conf upgrade heads`. */
  readonly command: string
  readonly log?: DatabaseLog
  readonly signal?: AbortSignal
}

/**
 * Passes when the database has every revision of the graph. One that is behind is upgraded when `auto_upgrade` says so.
 * Of a rolling upgrade both sides pass, with a word in the log: old code on a schema that is expanded already, new code
 * on one that is not contracted yet.
 * @throws SlipwayError SLIPWAY_DB_BEHIND, and with auto_upgrade what an upgrade throws
 */
export async function requireCurrent(
  database: EngineDatabase & { readonly url: string },
  graph: RevisionGraph,
  { settings, command, log, signal }: StartCheckOptions,
): Promise<void> {
  const [{ readCurrent, upgrade }, { missingHeads }] = await Promise.all([
    import('./migrations/engine.ts'),
    import('./migrations/graph.ts'),
  ])
  const rows = await readCurrent(database)
  const unknown = rows.filter((row) => !graph.nodes.has(row))
  if (unknown.length > 0) {
    log?.warn(
      `the database ${database.url} is at revision ${quoted(unknown)}, which this service does not know: newer code has upgraded it`,
    )
    return
  }
  const missing = missingHeads(graph, rows)
  if (missing.length === 0) return
  if (!settings.auto_upgrade && missing.every(({ labels }) => labels.has('contract'))) {
    log?.info(`the database ${database.url} is not contracted yet: ${quoted(missing.map(({ id }) => id))}`)
    return
  }
  if (!settings.auto_upgrade) throw behind(rows, missing, { url: database.url, command })
  await upgrade(database, graph, 'heads', {
    lockTimeoutMs: settings.lock_timeout * 1000,
    ...(signal ? { signal } : {}),
    ...(log ? { say: (text: string) => log.info(text), onWait: (text: string) => log.info(text) } : {}),
  })
}

function behind(
  rows: readonly string[],
  missing: readonly { readonly id: string }[],
  { url, command }: { readonly url: string; readonly command: string },
): SlipwayError {
  const at = rows.length === 0 ? 'at no revision' : `at ${quoted(rows)}`
  return new SlipwayError('SLIPWAY_DB_BEHIND', `the database "${url}" is behind`, {
    found: `it is ${at}`,
    expected: quoted(missing.map(({ id }) => id)),
    hint: `run: ${command}; or set auto_upgrade in [database]`,
  })
}

function quoted(ids: readonly string[]): string {
  return ids.map((id) => `"${id}"`).join(', ')
}
