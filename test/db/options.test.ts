// [database] as the configuration files of services have it: every option that oslo.db reads or has ever read is known,
// and what has no effect here is told.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { group, readConfig } from '../../src/config/index.ts'
import { databaseGroup } from '../../src/db/options.ts'
import { folderOf } from '../config/scratch.ts'

function read(text: string) {
  const file = join(folderOf({ 'service.conf': text }), 'service.conf')
  const groups = [group('DEFAULT', {}), databaseGroup]
  return readConfig({ groups, argv: ['--config-file', file], prog: 'service', env: {} })
}

const warningsOf = (text: string): string[] => read(text).warnings.map(({ message }) => message)

/** Those of oslo.db 18, with the values that deployment tools give them. */
const today = {
  connection: 'mysql+pymysql://nova:secret@controller/nova?charset=utf8',
  connection_parameters: '',
  connection_recycle_time: '10',
  connection_debug: '0',
  max_pool_size: '1',
  max_overflow: '1000',
  max_retries: '-1',
  retry_interval: '10',
  pool_timeout: '30',
  db_inc_retry_interval: 'True',
  db_max_retry_interval: '10',
  sqlite_synchronous: 'True',
  mysql_sql_mode: '',
  mysql_wsrep_sync_wait: '1',
}

/** What only SQLAlchemy could do, or no version of oslo.db does any more. */
const withoutEffect = {
  backend: 'sqlalchemy',
  slave_connection: 'mysql+pymysql://nova:secret@replica/nova',
  mysql_enable_ndb: 'False',
  connection_trace: 'False',
  use_db_reconnect: 'False',
  db_retry_interval: '1',
  db_max_retries: '-1',
  min_pool_size: '1',
  sqlite_db: 'oslo.sqlite',
  use_tpool: 'False',
}

const lines = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('')

describe('[database] of a service of OpenStack', () => {
  it('is read without a word', () => {
    const text = `[database]\n${lines(today)}`
    expect(warningsOf(text)).toEqual([])
    expect(read(text).get(databaseGroup)).toMatchObject({
      connection: today.connection,
      max_retries: -1,
      mysql_sql_mode: '',
      mysql_wsrep_sync_wait: 1,
    })
  })

  it.each(Object.entries(withoutEffect))('may say %s, of which a warning says that it has no effect', (name, value) => {
    const told = warningsOf(`[database]\n${name} = ${value}\n`)
    expect(told).toEqual([expect.stringContaining(name)])
  })

  it.each([
    ['DEFAULT', 'sql_connection', 'connection', 'sqlite://'],
    ['DATABASE', 'sql_connection', 'connection', 'sqlite://'],
    ['sql', 'connection', 'connection', 'sqlite://'],
    ['database', 'idle_timeout', 'connection_recycle_time', 7],
    ['DEFAULT', 'sql_idle_timeout', 'connection_recycle_time', 7],
    ['DATABASE', 'sql_idle_timeout', 'connection_recycle_time', 7],
    ['sql', 'idle_timeout', 'connection_recycle_time', 7],
    ['DEFAULT', 'sql_max_pool_size', 'max_pool_size', 7],
    ['DATABASE', 'sql_max_pool_size', 'max_pool_size', 7],
    ['DEFAULT', 'sql_max_retries', 'max_retries', 7],
    ['DATABASE', 'sql_max_retries', 'max_retries', 7],
    ['DEFAULT', 'sql_retry_interval', 'retry_interval', 7],
    ['DATABASE', 'reconnect_interval', 'retry_interval', 7],
    ['DEFAULT', 'sql_max_overflow', 'max_overflow', 7],
    ['DATABASE', 'sqlalchemy_max_overflow', 'max_overflow', 7],
    ['DATABASE', 'sqlalchemy_pool_timeout', 'pool_timeout', 7],
    ['DEFAULT', 'sql_connection_debug', 'connection_debug', 7],
    ['DEFAULT', 'sqlite_synchronous', 'sqlite_synchronous', false],
  ] as const)('under its old name [%s] %s is %s', (section, old, name, value) => {
    const conf = read(`[${section}]\n${old} = ${value}\n`)
    expect(conf.get(databaseGroup)[name]).toBe(value)
    expect(conf.warnings).toHaveLength(1)
  })
})
