// What `slipway init` writes: all of it, or nothing when a file is in the way.
import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { writeNested, writeText } from '../config/write-text.ts'
import { closeNames, displayPath } from '../diagnostic.ts'
import { ownDistribution } from '../entrypoints/aliases.ts'
import { type Distribution, forgetDistributions, readDistribution } from '../entrypoints/distribution.ts'
import { ExitCode, SlipwayError } from '../errors.ts'
import { statsOf } from '../ini/path-kind.ts'
import { readText } from '../ini/read-text.ts'
import { checkPartName, moduleWord } from '../scaffold/names.ts'
import { groupOf, type Part, type PartKind, partKinds, renderModule, withPart, withSection } from '../scaffold/part.ts'
import { renderProject } from '../scaffold/project.ts'
import { packageBin } from './package-bin.ts'
import { requireProject } from './project.ts'
import { scriptFiles } from './script-files.ts'
import type { Terminal } from './terminal.ts'

export interface InitOptions {
  readonly typescript?: true
  readonly manifest?: string
}

export interface Writing {
  readonly file: string
  readonly text: string
  readonly isExecutable?: boolean | undefined
}

export function initProject(name: string, options: InitOptions, terminal: Terminal): number {
  const kind = partKinds.find((one) => one === name)
  if (kind !== undefined) {
    throw new SlipwayError('SLIPWAY_USAGE', `the ${kind} needs a name`, { expected: `slipway init ${kind} NAME` })
  }
  const slipway = `^${ownDistribution().version ?? '0'}`
  const folder = join(terminal.cwd, name)
  const files = renderProject({ name, isTypeScript: options.typescript ?? false, slipway })
  writeNew(
    files.map(({ path, ...file }) => ({ ...file, file: join(folder, path) })),
    terminal,
  )
  writeScripts(folder, terminal)
  terminal.err(`  next: cd ${name} && npm install && npm test && npm start\n`)
  return ExitCode.ok
}

/** What a project may get one more of; the last two are made by init-migration.ts and init-extension.ts. */
const kinds = [...partKinds, 'migration', 'extension']

export function initPart(what: string, name: string, options: InitOptions, terminal: Terminal): number {
  const kind = partKinds.find((one) => one === what)
  if (kind === undefined) {
    throw new SlipwayError('SLIPWAY_USAGE', `there is no kind "${what}" to make`, {
      expected: `one of ${kinds.join(', ')}`,
      alternatives: closeNames(what, kinds),
      hint: 'see: slipway init --help',
    })
  }
  checkPartName(name, kind)
  const project = requireProject(options.manifest, terminal.cwd)
  const { part, folder } = partOf(kind, name, project)
  const { path, text } = renderModule(part)
  const manifest = join(project.folder, 'setup.cfg')
  const edits = [{ file: manifest, text: withPart(textOf(manifest), part) }, ...deploymentEdit(part, project)]
  writeNew([{ file: join(folder, path), text }], terminal)
  for (const edit of edits) writeChanged(edit, terminal)
  if (kind === 'command') writeScripts(project.folder, terminal)
  if (kind === 'filter') terminal.err(`  next: put "${name}" where it belongs in a pipeline of the deployment file\n`)
  return ExitCode.ok
}

/** @throws SlipwayError SLIPWAY_USAGE when the project has the name already, and as `layoutOf` */
function partOf(kind: PartKind, name: string, project: Distribution): { part: Part; folder: string } {
  refuseTwin(project, groupOf(kind), name)
  const { word, sources, isTypeScript } = layoutOf(project)
  return { part: { kind, name, project: project.name, word, isTypeScript }, folder: sources }
}

/** @throws SlipwayError SLIPWAY_USAGE when the project has an entry of the name already */
export function refuseTwin(project: Distribution, group: string, name: string): void {
  const same = project.entryPoints.find((entry) => entry.group === group && entry.name === name)
  if (same) {
    throw new SlipwayError('SLIPWAY_USAGE', `there is an entry "${name}" of ${group} already`, {
      hint: `it stands in ${same.where.file}:${same.where.line}`,
    })
  }
}

/** How a project is laid out that `init` has made. */
export interface Layout {
  /** The first word of its modules. */
  readonly word: string
  /** The folder that the word stands for: what runs. */
  readonly modules: string
  /** The folder of what is written. */
  readonly sources: string
  readonly isTypeScript: boolean
}

/** @throws SlipwayError SLIPWAY_USAGE when it is not laid out as `init` does it */
export function layoutOf(project: Distribution): Layout {
  const [first] = project.packageDir
  if (!first || project.name === '' || !existsSync(join(project.folder, 'setup.cfg'))) {
    throw new SlipwayError('SLIPWAY_USAGE', 'the project does not say where its modules are', {
      expected: 'a setup.cfg with "name" in [metadata] and "package_dir" in [options]',
      hint: `a line of package_dir: ${moduleWord(project.name || 'shop')} = src`,
    })
  }
  const [word, path] = first
  const isTypeScript = existsSync(join(project.folder, 'tsconfig.json'))
  const modules = join(project.folder, path)
  // What is compiled lies elsewhere than what is written.
  return { word, modules, sources: isTypeScript ? join(project.folder, 'src') : modules, isTypeScript }
}

function deploymentEdit(part: Part, { folder }: Distribution): Writing[] {
  const path = deploymentFile(folder)
  const text = path === null ? null : withSection(textOf(path), part)
  return path === null || text === null ? [] : [{ file: path, text }]
}

/** The one deployment file below etc/; of several nobody knows which is meant. */
export function deploymentFile(folder: string): string | null {
  const etc = join(folder, 'etc')
  const files = existsSync(etc) ? readdirSync(etc, { recursive: true, encoding: 'utf-8' }) : []
  const [file, ...others] = files.filter((name) => /paste.*\.ini$/u.test(name))
  return file === undefined || others.length > 0 ? null : join(etc, file)
}

/** The start scripts that the manifest asks for, and the lines of package.json from which npm installs them. */
export function writeScripts(folder: string, terminal: Terminal): void {
  // The manifest has changed since it was read, if it was.
  forgetDistributions()
  const project = readDistribution(folder)
  const binFolder = join(folder, 'bin')
  const { files } = scriptFiles(project, binFolder)
  const missing = files.filter(({ state }) => state === 'missing')
  writeNew(
    missing.map(({ file, text }) => ({ file, text, isExecutable: true })),
    terminal,
  )
  const bin = packageBin(project, files, binFolder)
  if (bin !== null && bin.changes.length > 0) writeChanged(bin, terminal)
}

export function writeChanged({ file, text }: Writing, terminal: Terminal): void {
  writeText(file, text)
  terminal.out(`changed  ${displayPath(file, terminal.cwd)}\n`)
}

/**
 * All or nothing.
 * @throws SlipwayError SLIPWAY_OUTPUT with every file that is there already
 */
export function writeNew(files: readonly Writing[], terminal: Terminal): void {
  const { cwd } = terminal
  const present = files.filter(({ file }) => statsOf(file) !== null)
  if (present.length > 0) {
    const names = present.map(({ file }) => relative(cwd, file)).join(', ')
    throw new SlipwayError('SLIPWAY_OUTPUT', `there are files already that would be written: ${names}`, {
      hint: 'nothing was written; take another name, or move them away',
    })
  }
  for (const { file, text, isExecutable } of files) {
    writeNested(file, text, isExecutable)
    terminal.out(`wrote  ${displayPath(file, cwd)}\n`)
  }
}

export function textOf(file: string): string {
  return readText(file, { purpose: 'manifest' })
}
