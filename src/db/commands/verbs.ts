// Verb → the code that runs it, loaded when it is chosen. Apart from the table of verbs, which every start loads.
import type { Chosen, ChosenOf, VerbName } from './command-table.ts'
import type { Session } from './session.ts'

/** Answers the exit status. */
type RunVerb<Name extends VerbName> = (session: Session, chosen: ChosenOf<Name>) => Promise<number>

const verbs: { readonly [Name in VerbName]: () => Promise<RunVerb<Name>> } = {
  upgrade: async () => (await import('./upgrade.ts')).upgrade,
  downgrade: async () => (await import('./downgrade.ts')).downgrade,
  stamp: async () => (await import('./stamp.ts')).stamp,
  current: async () => (await import('./current.ts')).current,
  history: async () => (await import('./history.ts')).history,
  heads: async () => (await import('./history.ts')).heads,
  branches: async () => (await import('./history.ts')).branches,
  show: async () => (await import('./history.ts')).show,
  check: async () => (await import('./check.ts')).check,
  check_migration: async () => (await import('./check-migration.ts')).checkMigration,
  has_offline_migrations: async () => (await import('./offline-migrations.ts')).hasOfflineMigrations,
  version: async () => (await import('./current.ts')).version,
  revision: async () => (await import('./revision.ts')).revision,
  merge: async () => (await import('./revision.ts')).merge,
  purge_deleted: async () => (await import('./purge-deleted.ts')).purgeDeletedRows,
  online_data_migrations: async () => (await import('./online-data-migrations.ts')).onlineDataMigrations,
}

export async function runVerb(session: Session, chosen: Chosen): Promise<number> {
  const run = (await verbs[chosen.name]()) as (session: Session, chosen: Chosen) => Promise<number>
  return run(session, chosen)
}
