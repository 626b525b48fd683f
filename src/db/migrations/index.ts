// Migrations of a database: what a revision file is given, and what a program needs that migrates by itself.
export type {
  DialectName,
  MigrationContext,
  MigrationDatabase,
  Revision,
  RevisionModule,
  StampStep,
  Step,
} from './contract.ts'
export {
  downgrade,
  type EngineDatabase,
  type EngineOptions,
  readCurrent,
  type Run,
  stamp,
  type StampOptions,
  upgrade,
} from './engine.ts'
export { buildGraph, type GraphNode, isBranchPoint, isHead, isMergePoint, type RevisionGraph } from './graph.ts'
export { historyOf, needsCurrent, parseRange, type RevisionRange } from './history.ts'
export { loadGraph, loadRevisions } from './load-revisions.ts'
export { findLocations, type Location, migrationsGroup } from './locations.ts'
export type { LockOptions } from './lock.ts'
export { type OfflineOptions, renderDowngrade, renderStamp, renderUpgrade } from './offline.ts'
export { currentHeads, planDowngrade, planStamp, planUpgrade } from './plan.ts'
export { renderStep } from './render-step.ts'
export { resolveRevision, resolveRevisions } from './targets.ts'
