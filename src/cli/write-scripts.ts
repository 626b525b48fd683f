// The start scripts of a manifest on the disk: written, or compared with what the manifest says.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { displayPath } from '../diagnostic.ts'
import { errorOf, ExitCode, SlipwayError } from '../errors.ts'
import { requireProject } from './project.ts'
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

/** 78 when `--check` finds a difference. */
export function makeScripts(options: ScriptsOptions, terminal: Terminal): number {
  if (!options.write && !options.check) {
    throw new SlipwayError('SLIPWAY_USAGE', 'say what to do: --write or --check', {
      hint: 'see: slipway scripts --help',
    })
  }
  const files = soundScripts(options, terminal.cwd)
  const different = files.filter(({ state }) => state !== 'same')
  if (options.write) for (const script of different) writeScript(script)
  if (options.json) {
    const list = files.map(({ entry, file, state }) => ({ name: entry.name, file, state: stateAfter(state, options) }))
    terminal.out(`${JSON.stringify(list, null, 2)}\n`)
  } else tell(files, different, options, terminal)
  return options.write || different.length === 0 ? ExitCode.ok : ExitCode.config
}

function stateAfter(state: ScriptFile['state'], { write }: ScriptsOptions): string {
  return write && state !== 'same' ? 'wrote' : state
}

function tell(
  files: readonly ScriptFile[],
  different: readonly ScriptFile[],
  options: ScriptsOptions,
  terminal: Terminal,
): void {
  for (const { file, state } of different) {
    terminal.out(`${stateAfter(state, options)}  ${displayPath(file, terminal.cwd)}\n`)
  }
  terminal.err(`${count(files.length, 'script')}, ${files.length - different.length} as the manifest says\n`)
  if (!options.write && different.length > 0) terminal.err('  see: slipway scripts --write\n')
}

/** All or nothing: a bad entry is told before any file is written. */
function soundScripts(options: ScriptsOptions, cwd: string): readonly ScriptFile[] {
  const project = requireProject(options.manifest, cwd)
  const binFolder = options.bin === undefined ? join(project.folder, 'bin') : resolve(cwd, options.bin)
  const { files, errors } = scriptFiles(project, binFolder)
  if (errors.length > 0) throw errorOf(errors.flatMap(({ problems }) => problems))
  return files
}

function writeScript({ file, text }: ScriptFile): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  // The mode given to writeFile counts for new files only.
  chmodSync(file, 0o755)
}
