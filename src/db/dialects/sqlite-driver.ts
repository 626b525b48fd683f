// kysely's driver for SQLite: one connection, used by one at a time in the order in which they came.
import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import type { DatabaseConnection, Driver, QueryCompiler, TransactionSettings } from 'kysely'
import { SqliteConnection } from './sqlite-connection.ts'

export interface SqliteDriverOptions {
  /** How long a lock of another process is waited for. */
  readonly busyMs: number
  /** How long the connection is waited for; 0 without end. */
  readonly acquireMs: number
}

type Turn = () => void

export class SqliteDriver implements Driver {
  readonly #connection: SqliteConnection
  readonly #acquireMs: number
  readonly #waiting = new Set<Turn>()
  #isTaken = false

  constructor(database: DatabaseSyncInstance, { busyMs, acquireMs }: SqliteDriverOptions) {
    this.#connection = new SqliteConnection(database, busyMs)
    this.#acquireMs = acquireMs
  }

  async init(): Promise<void> {
    // The database is open already.
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#isTaken) await this.#turn()
    this.#isTaken = true
    return this.#connection
  }

  async releaseConnection(): Promise<void> {
    const [next] = this.#waiting
    if (!next) {
      this.#isTaken = false
      return
    }
    this.#waiting.delete(next)
    next()
  }

  /** The lock to write is taken at once: one that is asked for after a read could not be waited for. */
  async beginTransaction(_: DatabaseConnection, { accessMode }: TransactionSettings): Promise<void> {
    await this.#connection.control(accessMode === 'read only' ? 'begin' : 'begin immediate')
  }

  async commitTransaction(): Promise<void> {
    await this.#connection.control('commit')
  }

  async rollbackTransaction(): Promise<void> {
    await this.#connection.control('rollback')
  }

  async savepoint(_: DatabaseConnection, name: string): Promise<void> {
    await this.#connection.control(`savepoint ${quoted(name)}`)
  }

  async rollbackToSavepoint(_: DatabaseConnection, name: string): Promise<void> {
    await this.#connection.control(`rollback to ${quoted(name)}`)
  }

  async releaseSavepoint(_: DatabaseConnection, name: string, _compile: QueryCompiler['compileQuery']): Promise<void> {
    await this.#connection.control(`release ${quoted(name)}`)
  }

  async destroy(): Promise<void> {
    this.#connection.close()
  }

  #turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn: Turn = () => {
        clearTimeout(timer)
        resolve()
      }
      const giveUp = (): void => {
        this.#waiting.delete(turn)
        reject(new Error(`the connection was in use for ${this.#acquireMs / 1000} s (pool_timeout): ${waitsForItself}`))
      }
      const timer = this.#acquireMs > 0 ? setTimeout(giveUp, this.#acquireMs) : undefined
      this.#waiting.add(turn)
    })
  }
}

const waitsForItself = 'inside a transaction every query must be made on the transaction'

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
