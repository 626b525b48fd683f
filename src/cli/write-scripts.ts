// The start scripts of a manifest on the disk, and the lines of package.json that npm installs them by: written, or
// compared with what the manifest says.
import { join, resolve } from 'node:path'
import { writeNested, writeText } from '../config/write-text.ts'
import { displayPath } from '../diagnostic.ts'
import { errorOf, ExitCode, SlipwayError } from '../errors.ts'
import { requireProject } from './project.ts'
import { type BinChange, type PackageBin, packageBin } from './package-bin.ts'
import { type ScriptFile, scriptFiles } from './script-files.ts'
import { count } from './table.ts'
import type { Terminal } from './terminal.ts'

export interface ScriptsOptions {
  readonly write?: true
  readonly check?: true
  readonly bin?: string
  readonly manifest?: string
  readonly json?: true
}

interface Sound {
  readonly files: readonly ScriptFile[]
  readonly bin: PackageBin | null
}

interface Item {
  readonly file: string
  readonly state: ScriptFile['state'] | BinChange['state']
}

/** 78 when `--check` finds a difference. */
export function makeScripts(options: ScriptsOptions, terminal: Terminal): number {
  if (!options.write && !options.check) {
    throw new SlipwayError('SLIPWAY_USAGE', 'say what to do: --write or --check', {
      hint: 'see: slipway scripts --help',
    })
  }
  const { files, bin } = soundScripts(options, terminal.cwd)
  const different = files.filter(({ state }) => state !== 'same')
  const changes = bin?.changes ?? []
  if (options.write) {
    for (const { file, text } of different) writeNested(file, text, true)
    if (bin !== null && changes.length > 0) writeText(bin.file, bin.text)
  }
  const scriptItems = files.map(({ entry, file, state }) => ({ name: entry.name, file, state }))
  const binItems = changes.map(({ name, state }) => ({ name, file: bin?.file ?? '', state }))
  if (options.json) {
    const list = [...scriptItems, ...binItems].map((item) => ({ ...item, state: stateAfter(item.state, options) }))
    terminal.out(`${JSON.stringify(list, null, 2)}\n`)
  } else {
    const line = ({ file, state }: Item, detail = '') =>
      `${stateAfter(state, options)}  ${displayPath(file, terminal.cwd)}${detail}\n`
    for (const item of scriptItems) if (item.state !== 'same') terminal.out(line(item))
    for (const item of binItems) terminal.out(line(item, `: bin "${item.name}"`))
    terminal.err(`${count(files.length, 'script')}, ${files.length - different.length} as the manifest says\n`)
    if (!options.write && different.length + changes.length > 0) terminal.err('  see: slipway scripts --write\n')
  }
  return options.write || different.length + changes.length === 0 ? ExitCode.ok : ExitCode.config
}

function stateAfter(state: Item['state'], { write }: ScriptsOptions): string {
  if (!write || state === 'same') return state
  return state === 'left over' ? 'removed' : 'wrote'
}

/** All or nothing: a bad entry is told before any file is written. */
function soundScripts(options: ScriptsOptions, cwd: string): Sound {
  const project = requireProject(options.manifest, cwd)
  const binFolder = options.bin === undefined ? join(project.folder, 'bin') : resolve(cwd, options.bin)
  const { files, errors } = scriptFiles(project, binFolder)
  if (errors.length > 0) throw errorOf(errors.flatMap(({ problems }) => problems))
  return { files, bin: packageBin(project, files, binFolder) }
}
