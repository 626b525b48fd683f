// Database URLs: the parts that SQLAlchemy finds in them (recorded), what is refused, and what is shown.
import { readFileSync } from 'node:fs'
import { assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDatabaseUrl } from '../../src/db/url.ts'
import { SlipwayError } from '../../src/errors.ts'

interface Recorded {
  readonly name: string
  readonly user: string | null
  readonly password: string | null
  readonly host: string | null
  readonly port: number | '' | null
  readonly database: string | null
  readonly query: Readonly<Record<string, string>>
}

interface Golden {
  readonly urls: readonly { readonly url: string; readonly is: Recorded | { readonly error: string } }[]
}

const golden = JSON.parse(readFileSync(new URL('../golden/database-url.json', import.meta.url), 'utf-8')) as Golden

/** On purpose otherwise than SQLAlchemy, each with its reason. */
const departures: ReadonlyMap<string, string> = new Map([
  ['postgresql://h:-1/n', 'a negative port is a slip, told before a connection is tried'],
  ['postgresql://h:/n', 'a colon without a port is no fault to any other reader of URLs'],
])

const dialects: Readonly<Record<string, string>> = {
  sqlite: 'sqlite',
  postgresql: 'postgresql',
  mysql: 'mysql',
  mariadb: 'mysql',
}

describe('a database URL', () => {
  const told = golden.urls.filter(({ url, is }) => 'name' in is && !departures.has(url))
  it.each(told)('$url has the parts that SQLAlchemy finds', ({ url, is }) => {
    const recorded = is as Recorded
    const { dialect, user, password, host, port, database, query } = parseDatabaseUrl(url)
    const [scheme = ''] = recorded.name.split('+')
    expect({ dialect, user, password, host, port, database, query: Object.fromEntries(query) }).toEqual({
      dialect: dialects[scheme],
      user: recorded.user,
      password: recorded.password,
      host: recorded.host,
      // Of what is not there it makes an empty text or None; ":memory:" and "" are both memory to its driver.
      port: recorded.port === '' ? null : recorded.port,
      database: recorded.database === ':memory:' || recorded.database === '' ? null : recorded.database,
      query: recorded.query,
    })
  })

  const refused = golden.urls.filter(({ url, is }) => 'error' in is !== departures.has(url))
  it.each(refused)('"$url" is refused', ({ url }) => {
    expect(() => parseDatabaseUrl(url)).toThrow(expect.objectContaining({ code: 'SLIPWAY_DB_URL' }))
  })

  it('may have a colon without a port', () => {
    expect(parseDatabaseUrl('postgresql://h:/n')).toMatchObject({ host: 'h', port: null, database: 'n' })
  })

  it('may begin with postgres:// as other tools write it', () => {
    expect(parseDatabaseUrl('postgres://u@h/n')).toMatchObject({ dialect: 'postgresql', driver: null, user: 'u' })
  })

  it.each([
    [
      'postgresql+psycopg2://nova:se%40cret@h:5433/nova?sslmode=require',
      'postgresql+psycopg2://nova:***@h:5433/nova?sslmode=require',
    ],
    ['postgresql://u%3Ax:p@[::1]/n', 'postgresql://u%3Ax:***@[::1]/n'],
    ['mysql://u@h/n', 'mysql://u@h/n'],
    ['sqlite:////var/lib/s.db', 'sqlite:////var/lib/s.db'],
    ['sqlite://', 'sqlite://'],
    ['postgresql://h/n?password=secret', 'postgresql://h/n?password=***'],
  ])('%s is shown as %s', (url, shown) => {
    expect(parseDatabaseUrl(url).masked).toBe(shown)
  })

  it('names the close dialects when its own is unknown', () => {
    const error = refusal('postgresq://h/n')
    expect(error.message).toBe('the database URL begins with the unknown dialect "postgresq"')
    expect(error.alternatives).toEqual(['postgres', 'postgresql'])
    expect(refusal('oracle://h/n').alternatives).toEqual(['sqlite', 'postgresql', 'postgres', 'mysql', 'mariadb'])
  })

  it('with a bare "@" in its password is refused, with how to write it', () => {
    expect(refusal('postgresql://u:p@ss@h/n')).toMatchObject({ hint: 'write "@" in a user name or password as %40' })
  })

  it.each(['sqlite://', 'sqlite:///', 'sqlite:///:memory:', 'sqlite:///some.db?mode=memory'])(
    '%s is in memory',
    (url) => expect(parseDatabaseUrl(url).database).toBe(null),
  )

  it('of SQLite with two slashes and a name is refused, as it would be a host', () => {
    expect(refusal('sqlite://service.db').expected).toContain('sqlite:////absolute/path')
  })

  it('never shows its password in a refusal', () => {
    const password = string({ minLength: 6, maxLength: 12 }).map((text) => `pw${text}`)
    assert(
      property(password, constantFrom('h:no/n', 'h@h/n', 'h:70000/n', 'h/n'), (secret, rest) => {
        const text = `postgresql://u:${encodeURIComponent(secret)}@${rest}`
        try {
          const url = parseDatabaseUrl(text)
          expect(url.password).toBe(secret)
          expect(url.masked).toBe('postgresql://u:***@h/n')
        } catch (error) {
          if (!(error instanceof SlipwayError)) throw error
          const shown = [error.message, error.found, error.expected, error.hint, error.stack].join(' ')
          expect(shown).not.toContain(secret)
          expect(shown).not.toContain(encodeURIComponent(secret))
        }
      }),
    )
  })
})

function refusal(url: string): SlipwayError {
  try {
    parseDatabaseUrl(url)
  } catch (error) {
    if (error instanceof SlipwayError) return error
    throw error
  }
  throw new Error(`"${url}" was not refused`)
}
