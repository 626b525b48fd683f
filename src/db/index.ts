// The database of a service: its URL and options, kysely over it, declared tables and how they differ from a live one.
export { type Database, type DatabaseLog, openDatabase, type OpenDatabaseOptions } from './connect.ts'
export type { DialectName } from './migrations/contract.ts'
export { databaseGroup, type DatabaseSettings } from './options.ts'
export { type CompareOptions, compareSchema, type Difference } from './schema/compare.ts'
export { rebuildTable, type TableChanges } from './schema/rebuild.ts'
export { type RenderedDifferences, renderDifferences } from './schema/render.ts'
export { column, defineTable, now, type Table, type TableOf } from './schema/table.ts'
export { type DatabaseUrl, parseDatabaseUrl } from './url.ts'
