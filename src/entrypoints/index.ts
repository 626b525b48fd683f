// Names → code: manifests, references, installed packages, their plugins, and the console scripts made from them.
export {
  type Distribution,
  findDistribution,
  findProject,
  findProjectFolder,
  readDistribution,
} from './distribution.ts'
export type { EntryPoint, Manifest } from './entry-point.ts'
export {
  type EntryPointQuery,
  type Installed,
  type InstalledEntryPoint,
  type InstalledPackage,
  readEntryPoints,
  readInstalled,
} from './installed.ts'
export { type Conflict, type ConflictResolver, errorOnConflict, ignoreConflicts, preferNearest } from './conflicts.ts'
export { DriverManager, HookManager } from './driver-manager.ts'
export { drivers, type Drivers } from './drivers.ts'
export type { Extension } from './extension.ts'
export { loadReference, type LoadOptions } from './load.ts'
export { type ExitStatus, exitStatusOf } from './exit-status.ts'
export type { Loaded, LoadFailure, ManagerOptions, PluginLog } from './manager.ts'
export {
  type CheckFunction,
  DispatchExtensionManager,
  EnabledExtensionManager,
  ExtensionManager,
  NameDispatchExtensionManager,
  NamedExtensionManager,
  type NamedOptions,
} from './managers.ts'
export type { MethodName } from './mapping-manager.ts'
export { readManifest } from './manifest.ts'
export { parseReference, type Reference } from './reference.ts'
export { resolveModule, type ResolvedModule } from './resolve.ts'
export { type ConsoleMain, type ConsoleScriptOptions, runConsoleScript } from './run-main.ts'
export { describeScript, renderScript, type RenderScriptOptions, type Script, scriptGroups } from './scripts.ts'
