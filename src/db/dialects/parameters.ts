// The query parameters of a database URL, by dialect: which there are, and which of the Python drivers' mean nothing
// here. A wrong name is an error, as it is to the drivers themselves.
import { readFileSync } from 'node:fs'
import { closeNames, messageOf } from '../../diagnostic.ts'
import { SlipwayError } from '../../errors.ts'
import type { DialectName } from '../migrations/contract.ts'
import type { DatabaseUrl } from '../url.ts'

/** What a program is to do, and what only a Python driver needs to be told. */
const known: Readonly<Record<DialectName, { readonly used: readonly string[]; readonly ignored: readonly string[] }>> =
  {
    sqlite: {
      used: ['timeout', 'mode'],
      ignored: ['uri', 'cache', 'check_same_thread', 'cached_statements', 'detect_types', 'isolation_level'],
    },
    postgresql: {
      used: [
        'host',
        'port',
        'sslmode',
        'sslrootcert',
        'sslcert',
        'sslkey',
        'application_name',
        'connect_timeout',
        'options',
        'client_encoding',
        'target_session_attrs',
      ],
      ignored: [
        'gssencmode',
        'keepalives',
        'keepalives_idle',
        'keepalives_interval',
        'keepalives_count',
        'fallback_application_name',
      ],
    },
    mysql: {
      used: [
        'unix_socket',
        'charset',
        'connect_timeout',
        'ssl_ca',
        'ssl_cert',
        'ssl_key',
        'ssl_verify_cert',
        'ssl_verify_identity',
        'init_command',
        'sql_mode',
      ],
      ignored: ['use_unicode', 'binary_prefix', 'read_timeout', 'write_timeout', 'autocommit', 'local_infile'],
    },
  }

/** @throws SlipwayError SLIPWAY_DB_URL for a name that the dialect does not know */
export function checkParameters({ dialect, query }: DatabaseUrl): void {
  const { used, ignored } = known[dialect]
  for (const name of query.keys()) {
    if (used.includes(name) || ignored.includes(name)) continue
    throw new SlipwayError('SLIPWAY_DB_URL', `the database URL has the unknown parameter "${name}"`, {
      expected: `parameters of ${dialect}: ${used.join(', ')}`,
      alternatives: () => closeNames(name, used),
    })
  }
}

/** A number of seconds, as milliseconds. */
export function secondsOf(query: DatabaseUrl['query'], name: string): number | null {
  const text = query.get(name)
  if (text === undefined) return null
  const seconds = Number(text)
  if (text !== '' && seconds >= 0 && Number.isFinite(seconds)) return seconds * 1000
  throw new SlipwayError('SLIPWAY_DB_URL', `parameter "${name}" of the database URL is "${text}"`, {
    expected: 'a number of seconds',
  })
}

/** The text of a certificate or key that a parameter names. */
export function fileOf(query: DatabaseUrl['query'], name: string): string | null {
  const file = query.get(name)
  if (file === undefined) return null
  try {
    return readFileSync(file, 'utf-8')
  } catch (error) {
    throw new SlipwayError(
      'SLIPWAY_DB_URL',
      `parameter "${name}" of the database URL names a file that cannot be read`,
      {
        found: messageOf(error),
        cause: error,
      },
    )
  }
}
