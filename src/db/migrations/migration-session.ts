// One connection of a database, held for a whole run, with a kysely of its own on it: its statements are counted, the
// one that fails is remembered, and a migration that has ended can send no more. Leaves plugins of the application's
// kysely out on purpose: migrations name tables as they are.
import { setTimeout as sleep } from 'node:timers/promises'
import { CompiledQuery, type DatabaseConnection, type Dialect, type Driver, Kysely, type QueryResult } from 'kysely'
import { SlipwayError } from '../../errors.ts'
import { isBusy } from '../dialects/sqlite-connection.ts'
import type { DialectName, MigrationDatabase, MigrationTables } from './contract.ts'
import { dialectParts } from './dialect-parts.ts'

/** A statement of a migration that failed. */
interface FailedStatement {
  /** As it was sent: values are placeholders in it. */
  readonly sql: string
  /** Counted from 1. */
  readonly number: number
  readonly error: unknown
}

/** The database for the time of one migration. */
export interface Scope {
  readonly db: MigrationDatabase
  readonly failed: FailedStatement | null
  /** How many statements were sent. */
  readonly sent: number
  /** How many of them are not answered yet. */
  readonly pending: number
  /** From here on nothing is sent. */
  close(): void
}

const longestReadMs = 5000

export class MigrationSession {
  readonly dialect: DialectName
  readonly #connection: DatabaseConnection
  /** Transactions that are open, one in the other. */
  #depth = 0

  constructor(dialect: DialectName, connection: DatabaseConnection) {
    this.dialect = dialect
    this.#connection = connection
  }

  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<readonly Row[]> {
    const { rows } = await this.#connection.executeQuery<Row>(CompiledQuery.raw(sql, [...parameters]))
    return rows
  }

  /** Inside of another, a savepoint. */
  async begin(): Promise<void> {
    // SQLite: a transaction that starts as a reader fails when it writes and somebody else has written meanwhile.
    const first = this.dialect === 'sqlite' ? 'begin immediate' : 'begin'
    await this.query(this.#depth === 0 ? first : `savepoint ${nameOf(this.#depth)}`)
    this.#depth += 1
  }

  async commit(): Promise<void> {
    if (this.#depth === 1) await this.#commitWhenRead()
    else await this.query(`release savepoint ${nameOf(this.#depth - 1)}`)
    this.#depth -= 1
  }

  /** SQLite without a write-ahead log: those who read at the moment hold a commit up. */
  async #commitWhenRead(): Promise<void> {
    const deadline = performance.now() + longestReadMs
    for (;;) {
      try {
        await this.query('commit')
        return
      } catch (error) {
        if (this.dialect !== 'sqlite' || !isBusy(error) || performance.now() > deadline) throw error
      }
      await sleep(10)
    }
  }

  async rollback(): Promise<void> {
    this.#depth -= 1
    await this.query(this.#depth === 0 ? 'rollback' : `rollback to savepoint ${nameOf(this.#depth)}`)
  }

  /** `whose`: named when it sends something after its end. */
  open(whose: string): Scope {
    const watched = new WatchedConnection(this.#connection, whose)
    const dialect: Dialect = { ...dialectParts(this.dialect), createDriver: () => new OwnDriver(watched, this) }
    return Object.assign(watched, { db: new Kysely<MigrationTables>({ dialect }) })
  }
}

function nameOf(depth: number): string {
  return `slipway_${depth}`
}

class WatchedConnection implements DatabaseConnection {
  sent = 0
  pending = 0
  failed: FailedStatement | null = null
  readonly #connection: DatabaseConnection
  readonly #whose: string
  #isClosed = false

  constructor(connection: DatabaseConnection, whose: string) {
    this.#connection = connection
    this.#whose = whose
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    this.#count()
    const number = this.sent
    this.pending += 1
    try {
      return await this.#connection.executeQuery<Row>(query)
    } catch (error) {
      this.failed ??= { sql: query.sql, number, error }
      throw error
    } finally {
      this.pending -= 1
    }
  }

  streamQuery<Row>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<Row>> {
    this.#count()
    return this.#connection.streamQuery<Row>(query, chunkSize)
  }

  close(): void {
    this.#isClosed = true
  }

  #count(): void {
    if (this.#isClosed) {
      throw new SlipwayError('SLIPWAY_DB_MIGRATION', `${this.#whose} has ended and still sends a statement`, {
        hint: 'an await is missing before it',
      })
    }
    this.sent += 1
  }
}

/** Who begins and ends transactions. */
interface Transactions {
  begin(): Promise<void>
  commit(): Promise<void>
  rollback(): Promise<void>
}

/** A driver with the one connection that it is given. */
export class OwnDriver implements Driver {
  readonly #connection: DatabaseConnection
  readonly #transactions: Transactions

  constructor(connection: DatabaseConnection, transactions: Transactions) {
    this.#connection = connection
    this.#transactions = transactions
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }

  beginTransaction(): Promise<void> {
    return this.#transactions.begin()
  }

  commitTransaction(): Promise<void> {
    return this.#transactions.commit()
  }

  rollbackTransaction(): Promise<void> {
    return this.#transactions.rollback()
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}
}
