// One SQLite connection as kysely wants it, over DatabaseSync: prepared statements that are kept, values as the other
// databases give them, and a wait for locks of other processes that does not stop the process. Knows no turns: the
// driver lets one in at a time.
import { setTimeout as delay } from 'node:timers/promises'
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite'
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import { type Column, columnsOf, encode, numberOf } from './sqlite-values.ts'

interface Prepared {
  readonly statement: StatementSyncInstance
  readonly isReader: boolean
  /** What its rows consist of, at that version of the schema. */
  known: { readonly version: unknown; readonly columns: readonly Column[] } | null
}

type Row = Record<string, unknown>
/** As SQLite gives it: an object for each would have its names made anew for each. */
type Cells = readonly unknown[]

/** What reads alone may be run again, and needs no care for big numbers until one comes. */
const isSelect = ({ query }: CompiledQuery): boolean => query.kind === 'SelectQueryNode'
const changesSchema = /^\s*(?:create|alter|drop)\b/iu
const mostKept = 200

export class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSyncInstance
  readonly #busyMs: number
  /** By text, the longest unused first. */
  readonly #kept = new Map<string, Prepared>()
  readonly #askVersion: StatementSyncInstance

  constructor(database: DatabaseSyncInstance, busyMs: number) {
    this.#database = database
    this.#busyMs = busyMs
    this.#askVersion = database.prepare('pragma schema_version')
    this.#askVersion.setReturnArrays(true)
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#whenFree(() => this.#run<R>(query), !this.#database.isTransaction)
  }

  /** Begins, commits, takes back: another process that holds the lock is waited for. */
  async control(text: string): Promise<void> {
    await this.#whenFree(() => this.#database.exec(text), true)
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    // Of its own, as the same text may be run while this one is still read.
    const { statement } = this.#prepare(query.sql)
    statement.setReadBigInts(true)
    const parameters = query.parameters.map(encode)
    const rows = await this.#whenFree(() => statement.iterate(...parameters), !this.#database.isTransaction)
    let columns: readonly Column[] | null = null
    for (const row of rows) {
      columns ??= columnsOf(statement.columns())
      yield { rows: [rowOf(row, columns, true) as R] }
    }
  }

  close(): void {
    this.#kept.clear()
    this.#database.close()
  }

  #run<R>(query: CompiledQuery): QueryResult<R> {
    if (changesSchema.test(query.sql)) this.#kept.clear()
    const prepared = this.#keptOrPrepared(query.sql)
    const parameters = query.parameters.map(encode)
    if (!prepared.isReader) {
      prepared.statement.setReadBigInts(true)
      const { changes, lastInsertRowid } = prepared.statement.run(...parameters)
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
    }
    return { rows: this.#rows(prepared, parameters, isSelect(query)) as R[] }
  }

  #rows(prepared: Prepared, parameters: readonly unknown[], mayRunAgain: boolean): Row[] {
    const { statement } = prepared
    const versionBefore = prepared.known === null ? this.#version() : null
    statement.setReadBigInts(!mayRunAgain)
    let hasBigInts = !mayRunAgain
    let rows: readonly Cells[]
    try {
      rows = statement.all(...parameters)
    } catch (error) {
      if (!mayRunAgain || !isTooLarge(error)) throw error
      statement.setReadBigInts(true)
      hasBigInts = true
      rows = statement.all(...parameters)
    }
    if (rows.length === 0) return []
    const columns = this.#columnsOf(prepared, versionBefore)
    return rows.map((cells) => rowOf(cells, columns, hasBigInts))
  }

  /**
   * Of the rows that were just read. Another process may have changed the table, upon which SQLite has prepared the
   * statement anew by itself: asking the statement is always right, and costs as much as a third of a list. The version
   * is asked after the rows, as what changes later is in none of them.
   */
  #columnsOf(prepared: Prepared, versionBefore: unknown): readonly Column[] {
    const { statement, known } = prepared
    const version = this.#version()
    if (known !== null && known.version === version) return known.columns
    const columns = columnsOf(statement.columns())
    prepared.known = version !== null && version === versionBefore ? { version, columns } : null
    return columns
  }

  /** Null when the database is locked: rows that were written are not to be lost for that. */
  #version(): unknown {
    try {
      return (this.#askVersion.get() as unknown as Cells)[0]
    } catch {
      return null
    }
  }

  #keptOrPrepared(text: string): Prepared {
    const prepared = this.#kept.get(text) ?? this.#prepare(text)
    this.#kept.delete(text)
    this.#kept.set(text, prepared)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest)
    return prepared
  }

  #prepare(text: string): Prepared {
    const statement = this.#database.prepare(text)
    refuseSecond(text)
    statement.setReturnArrays(true)
    return { statement, isReader: statement.columns().length > 0, known: null }
  }

  /** SQLite's own waiting would stop the whole process, so it waits for nothing, and we ask again. */
  async #whenFree<T>(work: () => T, mayWait: boolean): Promise<T> {
    const deadline = performance.now() + this.#busyMs
    for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, 25)) {
      try {
        return work()
      } catch (error) {
        if (!mayWait || !isBusy(error) || performance.now() >= deadline) throw error
      }
      // A random part keeps those who wait for the same lock from meeting again.
      await delay(waitMs * (0.5 + Math.random()))
    }
  }
}

function rowOf(cells: Cells, columns: readonly Column[], hasBigInts: boolean): Row {
  const row: Row = {}
  for (let at = 0; at < columns.length; at += 1) {
    const { name, decode } = columns[at] as Column
    const value = hasBigInts ? numberOf(cells[at]) : cells[at]
    row[name] = decode === null ? value : decode(value)
  }
  return row
}

const quotedOrEnd = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*.*?\*\/|;/gsu

/** SQLite compiles the first statement and is silent about what stands behind it. */
function refuseSecond(text: string): void {
  if (!text.includes(';') || /^\s*create\s+(?:temp\w*\s+)?trigger\b/iu.test(text)) return
  const end = Array.from(text.matchAll(quotedOrEnd)).find(([sign]) => sign === ';')
  const rest = text.slice(end ? end.index + 1 : text.length).replaceAll(/--[^\n]*|\/\*.*?\*\//gsu, '')
  if (!/[^\s;]/u.test(rest)) return
  throw new TypeError(`one statement at a time, but there is more: ${rest.trim().slice(0, 60)}`)
}

const busy = 5

export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === busy
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && error.message.includes('too large to be represented as a JavaScript number')
}
