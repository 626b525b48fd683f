// What a revision is, what a step of a run is: the words between the files, the graph, the engine and the commands.
// Types only.
import type { Kysely, Sql } from 'kysely'

/** The databases that are spoken; named as SQLAlchemy's URLs name them. */
export type DialectName = 'sqlite' | 'postgresql' | 'mysql'

/**
 * What a migration works with: kysely's schema builder and queries, inside the migration's transaction where the
 * dialect allows one. The tables are those of the moment, so they have no type.
 */
export type MigrationDatabase = Kysely<MigrationTables>

export type MigrationTables = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** What a migration is told beside its database. */
export interface MigrationContext {
  readonly dialect: DialectName
  /** Whether SQL is written (`--sql`) and nothing can be read. */
  readonly offline: boolean
  /** kysely's tag for what its builder has no words for, so that a revision file needs no package: context.sql`…`. */
  readonly sql: Sql
  /** A line for the operator. */
  say(text: string): void
}

type Migrate = (db: MigrationDatabase, context: MigrationContext) => void | Promise<void>

/** A revision file as it is loaded: alembic's names, each an export of the module. */
export interface RevisionModule {
  readonly revision: string
  /** null for a base, several for a merge. */
  readonly down_revision: string | readonly string[] | null
  readonly branch_labels?: string | readonly string[] | null
  readonly depends_on?: string | readonly string[] | null
  /** One line; without it the first line of the comment at the top of the file. */
  readonly message?: string
  /** false: outside a transaction even where the dialect has them (`CREATE INDEX CONCURRENTLY`). */
  readonly transaction?: boolean
  upgrade: Migrate
  readonly downgrade?: Migrate
}

/** One revision with everything normalised, as the graph holds it. */
export interface Revision {
  readonly id: string
  readonly down: readonly string[]
  readonly labels: readonly string[]
  readonly dependsOn: readonly string[]
  readonly message: string
  readonly transaction: boolean
  /** The file that it stands in; '' for one made in code. */
  readonly file: string
  /** Which location it came from: the name of the entry point of `slipway.migrations`, or of the package that extends it. */
  readonly location: string
  readonly module: RevisionModule
}

/** One migration of a run: what is run, and the rows of the version table before and after it. */
export interface Step {
  readonly direction: 'upgrade' | 'downgrade'
  readonly revision: Revision
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/** A change of the version table by `stamp`: rows that go, rows that come, all rows before and after. */
export interface StampStep {
  readonly direction: 'upgrade' | 'downgrade'
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly before: readonly string[]
  readonly after: readonly string[]
}
