// Where a new revision file is written and in which language: what runs may have been compiled from elsewhere. Reads
// tsconfig.json and names of files; imports no code.
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, extname, join, relative, resolve } from 'node:path'
import { SlipwayError } from '../../errors.ts'
import { jsonPositions } from '../../lazy-packages.ts'
import { folderOfRevisions, revisionNames } from '../migrations/revision-files.ts'

export interface SourceFolder {
  readonly folder: string
  /** The ending of its files, with the dot. */
  readonly ending: '.ts' | '.mts' | '.js' | '.mjs'
}

/**
 * The folder that files for this one are written in: itself (or its folder `versions`), or what tsconfig.json says it
 * is compiled from.
 * @throws SlipwayError SLIPWAY_DB_REVISION when a source there is not compiled yet, so that the heads are not known
 */
export function sourceFolderOf(place: string): SourceFolder {
  const folder = folderOfRevisions(place)
  const project = projectOf(folder)
  const source = project && compiledFrom(folder, project)
  if (source) {
    refuseUncompiled(source, folder)
    return { folder: source, ending: sourceEnding(source) }
  }
  const last = extname(revisionNames(folder).at(-1) ?? '')
  if (last === '.ts' || last === '.mts' || last === '.js' || last === '.mjs') return { folder, ending: last }
  return { folder, ending: isModuleFolder(project) ? '.js' : '.mjs' }
}

/** The nearest folder above with a package.json. */
function projectOf(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return at
    if (at === dirname(at)) return null
  }
}

/** Null when nothing says that it is compiled. */
function compiledFrom(folder: string, project: string): string | null {
  const file = join(project, 'tsconfig.json')
  if (!existsSync(file)) return null
  const { compilerOptions } = (jsonPositions().parse(readFileSync(file, 'utf-8')) ?? {}) as {
    readonly compilerOptions?: { readonly outDir?: unknown; readonly rootDir?: unknown }
  }
  const { outDir, rootDir = 'src' } = compilerOptions ?? {}
  if (typeof outDir !== 'string' || typeof rootDir !== 'string') return null
  const path = relative(resolve(project, outDir), folder)
  return path.startsWith('..') ? null : resolve(project, rootDir, path)
}

function refuseUncompiled(source: string, folder: string): void {
  const compiled = new Set(revisionNames(folder).map(withoutEnding))
  const missing = revisionNames(source).find((file) => !compiled.has(withoutEnding(file)))
  if (missing === undefined) return
  throw new SlipwayError('SLIPWAY_DB_REVISION', `revision file "${missing}" is not compiled yet`, {
    where: { file: join(source, missing) },
    expected: `its compiled form in ${folder}`,
    hint: 'compile first: what the new revision follows is read from the compiled files',
  })
}

function sourceEnding(source: string): '.ts' | '.mts' {
  return revisionNames(source).at(-1)?.endsWith('.mts') ? '.mts' : '.ts'
}

function withoutEnding(file: string): string {
  return basename(file, extname(file))
}

function isModuleFolder(project: string | null): boolean {
  if (project === null) return false
  const { type } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf-8')) as { readonly type?: string }
  return type === 'module'
}
