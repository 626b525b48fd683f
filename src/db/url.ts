// The address of a database as SQLAlchemy writes it: text → parts, and the text without its password. Pure.
// Which query parameters a driver understands is in parameters.ts.
import { closeNames } from '../diagnostic.ts'
import { SlipwayError, type SlipwayErrorParts } from '../errors.ts'
import { isSecretName } from '../ini/index.ts'
import type { DialectName } from './migrations/contract.ts'

/** A database URL in parts; all texts are decoded. */
export interface DatabaseUrl {
  readonly dialect: DialectName
  /** What stands behind `+`, the Python driver; it says nothing here. */
  readonly driver: string | null
  readonly user: string | null
  readonly password: string | null
  readonly host: string | null
  readonly port: number | null
  /** The name of the database; of SQLite its file, null in memory. */
  readonly database: string | null
  /** The last of equal names. */
  readonly query: ReadonlyMap<string, string>
  /** The URL to show: `***` stands for the password. */
  readonly masked: string
}

const schemes: ReadonlyMap<string, DialectName> = new Map([
  ['sqlite', 'sqlite'],
  ['postgresql', 'postgresql'],
  ['postgres', 'postgresql'],
  ['mysql', 'mysql'],
  ['mariadb', 'mysql'],
])

// SQLAlchemy's own grammar: a password may hold "/" and ":", everything else ends at the next sign of its kind.
const whole =
  /^([\w+]+):\/\/(?:([^:/]*)(?::([^@]*))?@)?(?:\[([^/?]+)\]|([^/:?]+))?(?::([^/?]*))?(?:\/([^?]*))?(?:\?(.*))?$/su

/**
 * Takes a database URL apart: `sqlite:////abs/file`, `sqlite:///relative`, `sqlite://` (memory),
 * `postgresql[+driver]://user:password@host:port/name?sslmode=require`, `mysql[+driver]://`, `mariadb://`.
 *
 * @throws SlipwayError SLIPWAY_DB_URL; the message never holds the password
 */
export function parseDatabaseUrl(text: string): DatabaseUrl {
  const match = whole.exec(text.trim())
  if (!match) {
    refuse('the database URL cannot be read', {
      expected: 'dialect://user:password@host:port/name, or sqlite:////absolute/path',
      original: 'Could not parse SQLAlchemy URL from string',
    })
  }
  const [, scheme = '', user, password, ipv6, name, port, database, query] = match
  const host = ipv6 ?? name ?? null
  const [written = '', ...driver] = scheme.split('+')
  const dialect = schemes.get(written) ?? refuseScheme(written)
  if (host?.includes('@')) {
    refuse('the host of the database URL holds an "@"', { hint: 'write "@" in a user name or password as %40' })
  }
  const parts = {
    dialect,
    driver: driver.length === 0 ? null : driver.join('+'),
    user: decoded(user, 'user'),
    password: decoded(password, 'password'),
    host,
    port: parsePort(port),
    database: database === undefined || database === '' ? null : database,
    // As in Python, a parameter without a value is none.
    query: new Map([...new URLSearchParams(query ?? '')].filter(([, value]) => value !== '')),
  }
  const url = { ...(dialect === 'sqlite' ? fileOf(parts) : parts), masked: '' }
  return { ...url, masked: render(scheme, url) }
}

type Parts = Omit<DatabaseUrl, 'masked'>

/** Of SQLite the path is the database, and there is nobody to log in as. */
function fileOf(parts: Parts): Parts {
  if (parts.host !== null || parts.user !== null || parts.port !== null) {
    refuse('the SQLite URL names a host', {
      expected: 'sqlite:///relative/path, sqlite:////absolute/path (four slashes), or sqlite:// for memory',
      original: 'Invalid SQLite URL',
    })
  }
  const isMemory = parts.database === ':memory:' || parts.query.get('mode') === 'memory'
  return isMemory ? { ...parts, database: null } : parts
}

function refuseScheme(scheme: string): never {
  const known = [...schemes.keys()]
  const close = closeNames(scheme, known)
  refuse(`the database URL begins with the unknown dialect "${scheme}"`, {
    expected: 'sqlite, postgresql or mysql',
    alternatives: close.length > 0 ? close : known,
    original: `Can't load plugin: sqlalchemy.dialects:${scheme}`,
  })
}

function decoded(text: string | undefined, what: string): string | null {
  if (text === undefined) return null
  try {
    // A "%" that begins no code stands for itself, as in Python.
    return decodeURIComponent(text.replaceAll(/%(?![\da-f]{2})/giu, '%25'))
  } catch (error) {
    // The error holds the text.
    if (!(error instanceof URIError)) throw error
    refuse(`the ${what} in the database URL has codes that are no UTF-8 text`, { expected: '%40 for "@", %25 for "%"' })
  }
}

function parsePort(text: string | undefined): number | null {
  if (text === undefined || text === '') return null
  const port = Number(text)
  if (/^\d+$/u.test(text) && port <= 65_535) return port
  refuse('the port of the database URL is no port', {
    expected: 'a number from 0 to 65535',
    hint: 'write "@", ":" and "/" in a user name or password as %40, %3A and %2F',
  })
}

function render(scheme: string, { user, password, host, port, database, query }: Parts): string {
  const login = user === null ? '' : `${quoted(user)}${password === null ? '' : ':***'}@`
  const place = `${host?.includes(':') ? `[${host}]` : (host ?? '')}${port === null ? '' : `:${port}`}`
  const shown = [...query].map(([key, value]) => `${key}=${isSecretName(key) ? '***' : value}`).join('&')
  return `${scheme}://${login}${place}${database === null ? '' : `/${database}`}${shown === '' ? '' : `?${shown}`}`
}

function quoted(text: string): string {
  return text.replaceAll(/[:@/]/gu, (sign) => encodeURIComponent(sign))
}

function refuse(message: string, parts: SlipwayErrorParts): never {
  throw new SlipwayError('SLIPWAY_DB_URL', message, parts)
}
