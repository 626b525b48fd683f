// kysely's compilers with the values in the text of the statement: a script has no parameters.
import { MysqlQueryCompiler, PostgresQueryCompiler, type QueryCompiler, SqliteQueryCompiler } from 'kysely'
import type { DialectName } from './contract.ts'
import { literalOf } from './literal.ts'

export function offlineCompiler(dialect: DialectName): QueryCompiler {
  switch (dialect) {
    case 'sqlite':
      return new OfflineSqlite()
    case 'postgresql':
      return new OfflinePostgres()
    case 'mysql':
      return new OfflineMysql()
  }
}

class OfflineSqlite extends SqliteQueryCompiler {
  protected override appendValue(value: unknown): void {
    this.append(literalOf(value, 'sqlite'))
  }
}

class OfflinePostgres extends PostgresQueryCompiler {
  protected override appendValue(value: unknown): void {
    this.append(literalOf(value, 'postgresql'))
  }
}

class OfflineMysql extends MysqlQueryCompiler {
  protected override appendValue(value: unknown): void {
    this.append(literalOf(value, 'mysql'))
  }
}
