// Names → code: manifests, references, installed packages, and the console scripts made from them.
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
export { loadReference, type LoadOptions } from './load.ts'
export { type ExitStatus, exitStatusOf } from './exit-status.ts'
export { readManifest } from './manifest.ts'
export { parseReference, type Reference } from './reference.ts'
export { resolveModule, type ResolvedModule } from './resolve.ts'
export { type ConsoleMain, type ConsoleScriptOptions, runConsoleScript } from './run-main.ts'
export { describeScript, renderScript, type RenderScriptOptions, type Script, scriptGroups } from './scripts.ts'
