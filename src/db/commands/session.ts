// What the verbs of one run share: configuration, terminal, the revisions and the database, each read when it is first
// asked for. Lives as long as the command.
import type { Kysely } from 'kysely'
import type { Config } from '../../config/index.ts'
import type { Database } from '../connect.ts'
import type { MigrationDatabase } from '../migrations/contract.ts'
import type { EngineOptions } from '../migrations/engine.ts'
import type { RevisionGraph } from '../migrations/graph.ts'
import type { Location } from '../migrations/locations.ts'
import { SlipwayError } from '../../errors.ts'
import { databaseGroup } from '../options.ts'
import type { Difference } from '../schema/compare.ts'
import type { DbManageSetup } from './setup.ts'
import type { Terminal } from './terminal.ts'

type Tables = MigrationDatabase extends Kysely<infer T> ? T : never

export class Session {
  readonly setup: DbManageSetup
  readonly conf: Config
  readonly terminal: Terminal
  #locations: Promise<readonly Location[]> | null = null
  #graph: Promise<RevisionGraph> | null = null
  #database: Promise<Database<Tables>> | null = null

  constructor(setup: DbManageSetup, conf: Config, terminal: Terminal) {
    this.setup = setup
    this.conf = conf
    this.terminal = terminal
  }

  /**
   * Where revisions stand: at least one place.
   * @throws SlipwayError SLIPWAY_DB_REVISION when no package names any
   */
  locations(): Promise<readonly Location[]> {
    return (this.#locations ??= this.#findLocations())
  }

  /** @throws SlipwayError SLIPWAY_DB_REVISION, SLIPWAY_DB_GRAPH */
  graph(): Promise<RevisionGraph> {
    return (this.#graph ??= this.#readGraph())
  }

  /** @throws SlipwayError as `openDatabase` */
  database(): Promise<Database<Tables>> {
    return (this.#database ??= this.#open())
  }

  /** The rows of the version table: where the database is. */
  async rows(): Promise<readonly string[]> {
    const { readCurrent } = await import('../migrations/engine.ts')
    return readCurrent(await this.database())
  }

  /**
   * How the database differs from the declared tables.
   * @throws SlipwayError SLIPWAY_USAGE when the service declares none
   */
  async differences(): Promise<readonly Difference[]> {
    const { tables } = this.setup
    if (tables === undefined) {
      throw new SlipwayError('SLIPWAY_USAGE', 'there are no declared tables to compare the database with', {
        expected: 'dbManage({ tables: […] }) in the code of the command',
      })
    }
    const { compareSchema } = await import('../schema/compare.ts')
    return compareSchema(await this.database(), typeof tables === 'function' ? await tables() : tables)
  }

  /** How the engine runs here; `seconds` in place of [database] lock_timeout. */
  engineOptions(seconds: number | null): EngineOptions {
    const { terminal, conf } = this
    return {
      say: (text) => terminal.err(`${text}\n`),
      onWait: (text) => terminal.err(`${text}\n`),
      lockTimeoutMs: (seconds ?? conf.get(databaseGroup).lock_timeout) * 1000,
    }
  }

  /** Writes data, a line each; answers status 0. */
  lines(lines: readonly string[]): number {
    for (const line of lines) this.terminal.out(`${line}\n`)
    return 0
  }

  /** Writes data as JSON; answers status 0. */
  json(value: unknown): number {
    return this.lines([JSON.stringify(value)])
  }

  async close(): Promise<void> {
    const database = this.#database
    this.#database = null
    // Whoever asked for it was told why it could not be opened.
    await database?.then(
      (opened) => opened.close(),
      () => undefined,
    )
  }

  async #findLocations(): Promise<readonly Location[]> {
    const { findLocations, migrationsGroup } = await import('../migrations/locations.ts')
    const { from } = this.setup
    const found = await findLocations({ from })
    if (found.length > 0) return found
    throw new SlipwayError('SLIPWAY_DB_REVISION', 'the project names no folder of revision files', {
      expected: `an entry in the group ${migrationsGroup} of its manifest: shop = shop.migrations`,
      hint: `looked from ${from ?? 'the folder of the program'}; slipway init migration NAME makes the first`,
    })
  }

  async #readGraph(): Promise<RevisionGraph> {
    const [{ loadRevisions }, { buildGraph }] = await Promise.all([
      import('../migrations/load-revisions.ts'),
      import('../migrations/graph.ts'),
    ])
    return buildGraph(await loadRevisions(await this.locations()))
  }

  async #open(): Promise<Database<Tables>> {
    const { openDatabase } = await import('../connect.ts')
    const { conf, terminal } = this
    const say = (text: string) => terminal.err(`${text}\n`)
    return openDatabase<Tables>(conf.get(databaseGroup), {
      origin: conf.origin('database.connection'),
      log: { warn: say, info: say },
    })
  }
}
