// What kysely needs of a dialect beside a driver: how SQL is written, what the schema looks like.
import {
  type DatabaseIntrospector,
  type Dialect,
  type Kysely,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { DialectName } from './contract.ts'

type Parts = Omit<Dialect, 'createDriver'>
type Introspect = (db: Kysely<unknown>) => DatabaseIntrospector

function parts(
  createAdapter: Parts['createAdapter'],
  createQueryCompiler: Parts['createQueryCompiler'],
  introspect: Introspect,
): Parts {
  return { createAdapter, createQueryCompiler, createIntrospector: (db) => introspect(db as Kysely<unknown>) }
}

export function dialectParts(dialect: DialectName): Parts {
  switch (dialect) {
    case 'sqlite':
      return parts(
        () => new SqliteAdapter(),
        () => new SqliteQueryCompiler(),
        (db) => new SqliteIntrospector(db),
      )
    case 'postgresql':
      return parts(
        () => new PostgresAdapter(),
        () => new PostgresQueryCompiler(),
        (db) => new PostgresIntrospector(db),
      )
    case 'mysql':
      return parts(
        () => new MysqlAdapter(),
        () => new MysqlQueryCompiler(),
        (db) => new MysqlIntrospector(db),
      )
  }
}
