// Where Node packages lie that a project can import: the folders `node_modules` up the tree, NODE_PATH, the
// global prefix. What is in them is for distribution.ts and scan-packages.ts.
import { existsSync } from 'node:fs'
import Module from 'node:module'
import { dirname, join } from 'node:path'
import { npmGlobalFolder } from './npm-prefix.ts'

/** Every `node_modules` folder that a module in `folder` could import from, and the global ones. */
export function modulesFolders(folder: string): string[] {
  return possibleModulesFolders(folder).filter((place) => existsSync(place))
}

/** The same, whether they are there or not, the nearest first. */
export function possibleModulesFolders(folder: string): string[] {
  const places: string[] = []
  for (let at = folder; ; at = dirname(at)) {
    places.push(join(at, 'node_modules'))
    if (dirname(at) === at) break
  }
  // NODE_PATH as Node itself read it; a property that its types do not know.
  const { globalPaths = [] } = Module as { globalPaths?: readonly string[] }
  return [...new Set([...places, ...globalPaths, npmGlobalFolder()])]
}
