// The databases that tests run on: SQLite always, PostgreSQL and MariaDB where their URLs are given
// (tools/test-databases.sh starts both and gives them).
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, describe, onTestFinished } from 'vitest'
import { type Database, openDatabase } from '../../src/db/connect.ts'
import type { DialectName } from '../../src/db/migrations/contract.ts'
import { databaseSettings } from './settings.ts'

/** What a test may ask of a table: anything. */
export type AnyTables = Record<string, Record<string, unknown>>

export interface TestServer {
  readonly dialect: DialectName
  /** The URL of a new empty database, which is dropped when the tests of the file are done. */
  fresh(): Promise<string>
  /** Opens a new empty database, closed when the test ends. */
  open<Tables = AnyTables>(): Promise<Database<Tables>>
}

const servers = [
  { name: 'SQLite', dialect: 'sqlite', variable: null },
  { name: 'PostgreSQL', dialect: 'postgresql', variable: 'TEST_POSTGRESQL_URL' },
  { name: 'MariaDB', dialect: 'mysql', variable: 'TEST_MYSQL_URL' },
] as const

/**
 * The same tests on each database that is there. Of one that is not, a skipped line says so.
 *
 *     eachDatabase('the version table', (server) => {
 *       it('is empty at first', async () => { const { kysely } = await server.open() … })
 *     })
 */
export function eachDatabase(subject: string, tests: (server: TestServer) => void): void {
  for (const { name, dialect, variable } of servers) {
    const given = variable === null ? '' : (process.env[variable] ?? '')
    if (variable !== null && given === '') {
      describe.skip(`${subject} is not tested on ${name}: ${variable} is not set (tools/test-databases.sh sets it)`, () =>
        tests(never(dialect)))
    } else describe(`${subject} on ${name}`, () => tests(dialect === 'sqlite' ? files() : server(dialect, given)))
  }
}

function files(): TestServer {
  let folder: string | null = null
  afterAll(() => {
    if (folder !== null) rmSync(folder, { recursive: true })
  })
  return withOpen('sqlite', async () => {
    folder ??= mkdtempSync(join(tmpdir(), 'slipway-db-'))
    return `sqlite:///${join(folder, `${freshName()}.db`)}`
  })
}

function server(dialect: DialectName, given: string): TestServer {
  const made: string[] = []
  const administer = async (work: (admin: Database<AnyTables>) => Promise<void>): Promise<void> => {
    const admin = await openDatabase<AnyTables>(databaseSettings({ connection: given }))
    try {
      await work(admin)
    } finally {
      await admin.close()
    }
  }
  afterAll(() =>
    administer(async ({ kysely }) => {
      for (const name of made) await sql`drop database ${sql.id(name)}`.execute(kysely)
    }),
  )
  return withOpen(dialect, async () => {
    const name = freshName()
    await administer(async ({ kysely }) => {
      await sql`create database ${sql.id(name)}`.execute(kysely)
    })
    made.push(name)
    return given.replace(/[^/]*$/u, name)
  })
}

function withOpen(dialect: DialectName, fresh: () => Promise<string>): TestServer {
  return {
    dialect,
    fresh,
    async open<Tables>() {
      const database = await openDatabase<Tables>(databaseSettings({ connection: await fresh() }))
      onTestFinished(() => database.close())
      return database
    },
  }
}

function never(dialect: DialectName): TestServer {
  const fail = (): never => {
    throw new Error(`${dialect} is not there`)
  }
  return { dialect, fresh: fail, open: fail }
}

function freshName(): string {
  return `test_${randomBytes(6).toString('hex')}`
}
