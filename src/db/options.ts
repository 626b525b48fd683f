// The options of the database, in [database] as oslo.db has them; auto_upgrade and lock_timeout are ours. Loads
// nothing but the room config: a command that only reads its configuration pays for no database.
import { bool, duration, group, int, str, type ValuesOf } from '../config/index.ts'

/** What only SQLAlchemy could do: accepted, so that files in the wild keep working, and told as having no effect. */
const noEffect = { deprecatedForRemoval: { reason: 'it has no effect here: remove it' }, advanced: true } as const

export const databaseGroup = group(
  'database',
  {
    connection: str({
      secret: true,
      deprecatedNames: ['DEFAULT.sql_connection', 'DATABASE.sql_connection', 'sql.connection'],
      help: 'URL of the database as SQLAlchemy writes it: sqlite:////var/lib/service/service.db, postgresql://user:password@host/name, mysql://user:password@host/name. "@", ":" and "/" in a password are %40, %3A, %2F. $file:/path and $env:NAME take the whole URL from elsewhere.',
    }),
    connection_parameters: str({
      default: '',
      help: 'Parameters that are added to the URL: sslmode=require&connect_timeout=5.',
    }),
    max_pool_size: int({
      default: 5,
      min: 0,
      deprecatedNames: ['DEFAULT.sql_max_pool_size', 'DATABASE.sql_max_pool_size'],
      help: 'Connections that are kept open, per worker. 0 is no limit. SQLite has one.',
    }),
    max_overflow: int({
      default: 50,
      min: -1,
      deprecatedNames: ['DEFAULT.sql_max_overflow', 'DATABASE.sqlalchemy_max_overflow'],
      help: 'Connections beyond max_pool_size when there is more to do; they are closed when idle. -1 is no limit.',
    }),
    pool_timeout: int({
      min: 0,
      deprecatedNames: ['DATABASE.sqlalchemy_pool_timeout'],
      help: 'Seconds to wait for a connection when all are in use. 30 unless set; 0 waits without end.',
    }),
    connection_recycle_time: int({
      default: 3600,
      min: -1,
      deprecatedNames: [
        'database.idle_timeout',
        'DEFAULT.sql_idle_timeout',
        'DATABASE.sql_idle_timeout',
        'sql.idle_timeout',
      ],
      help: 'Seconds after which a connection is replaced by a new one. -1 keeps them.',
    }),
    max_retries: int({
      default: 10,
      min: -1,
      deprecatedNames: ['DEFAULT.sql_max_retries', 'DATABASE.sql_max_retries'],
      help: 'How often a database that cannot be reached is tried again at start. -1 tries without end.',
    }),
    retry_interval: int({
      default: 10,
      min: 0,
      deprecatedNames: ['DEFAULT.sql_retry_interval', 'DATABASE.reconnect_interval'],
      help: 'Seconds between these tries.',
    }),
    db_inc_retry_interval: bool({
      default: true,
      help: 'Double the seconds after every try, up to db_max_retry_interval.',
    }),
    db_max_retry_interval: int({
      default: 10,
      min: 0,
      help: 'The longest time between two tries when db_inc_retry_interval is set; below retry_interval it changes nothing.',
    }),
    sqlite_synchronous: bool({
      default: true,
      deprecatedNames: ['DEFAULT.sqlite_synchronous'],
      help: 'SQLite writes every transaction through to the disk. Without it a power failure may cost the last ones.',
    }),
    mysql_sql_mode: str({
      default: 'TRADITIONAL',
      help: "sql_mode of MySQL and MariaDB sessions. An empty value keeps the server's own.",
    }),
    mysql_wsrep_sync_wait: int({
      min: 0,
      help: 'wsrep_sync_wait of sessions: which statements wait until a node of a Galera cluster has caught up; 1 is reading. Unset: the server decides.',
    }),
    connection_debug: int({
      default: 0,
      min: 0,
      max: 100,
      deprecatedNames: ['DEFAULT.sql_connection_debug'],
      help: 'From 50 every statement is logged with its time, at 100 with the number of its parameters; never with their values.',
    }),
    auto_upgrade: bool({
      default: false,
      help: 'Upgrade the database to the newest revision when the service starts.',
    }),
    lock_timeout: duration({
      default: 60,
      help: 'How long an upgrade waits for another one that is running on the same database.',
    }),
    backend: str({ ...noEffect, deprecatedNames: ['DEFAULT.db_backend'], help: 'SQLAlchemy alone.' }),
    sqlite_db: str({
      ...noEffect,
      deprecatedNames: ['DEFAULT.sqlite_db'],
      help: 'A name of the file of SQLite: the URL has it.',
    }),
    min_pool_size: int({
      ...noEffect,
      deprecatedNames: ['DEFAULT.sql_min_pool_size', 'DATABASE.sql_min_pool_size'],
      help: 'Connections are made when they are needed.',
    }),
    use_tpool: bool({ ...noEffect, deprecatedNames: ['DEFAULT.dbapi_use_tpool'], help: 'Threads for eventlet.' }),
    slave_connection: str({ ...noEffect, secret: true, help: 'A second database to read from: not supported.' }),
    mysql_enable_ndb: bool({ ...noEffect, help: 'MySQL Cluster: not supported.' }),
    connection_trace: bool({
      ...noEffect,
      deprecatedNames: ['DEFAULT.sql_connection_trace'],
      help: 'Stack traces in statements: not supported.',
    }),
    use_db_reconnect: bool({
      ...noEffect,
      help: 'A lost connection is always replaced by a new one; a statement is never repeated on its own.',
    }),
    db_retry_interval: int({ ...noEffect, help: 'Statements are not repeated on their own.' }),
    db_max_retries: int({ ...noEffect, help: 'Statements are not repeated on their own.' }),
  },
  { help: 'The database, and how it is connected.' },
)

export type DatabaseSettings = ValuesOf<typeof databaseGroup>
