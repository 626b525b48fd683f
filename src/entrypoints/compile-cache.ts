// Node's cache of compiled code, where it has one (22.8): a second start takes what the first has compiled. In the user's
// own cache folder and never, as Node would have it, in the common one for temporary files: who can write there can
// put code into our processes. Runs in commands; worker processes get the folder by the environment.
import Module from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** What @types/node for Node 20 does not have. */
interface CachingModule {
  readonly enableCompileCache?: (folder: string) => unknown
  readonly getCompileCacheDir?: () => string | undefined
}

const { enableCompileCache, getCompileCacheDir } = Module as unknown as CachingModule

/**
 * Never fails: without a folder that can be written everything is compiled anew. NODE_COMPILE_CACHE chooses another folder,
 * NODE_DISABLE_COMPILE_CACHE none.
 */
export function cacheCompiledCode(env: Environment): void {
  if (env.NODE_COMPILE_CACHE === undefined) enableCompileCache?.(cacheFolder(env))
}

/** For what can be made again. CACHE_DIRECTORY is systemd's, of units with `CacheDirectory=`. */
export function cacheFolder({ CACHE_DIRECTORY, XDG_CACHE_HOME }: Environment): string {
  return join(CACHE_DIRECTORY?.split(':', 1)[0] || XDG_CACHE_HOME || join(homedir(), '.cache'), 'slipway')
}

/** For the environment of a process that shall use the same cache. */
export function compileCacheVariables(): Readonly<Record<string, string>> {
  const folder = getCompileCacheDir?.()
  // It is that of this version of Node, below the one that was chosen.
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) }
}
