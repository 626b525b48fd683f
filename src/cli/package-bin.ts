// `bin` of package.json, from which npm installs commands, beside the start scripts: where it is out of step, and the
// text of the file that is in step. Reads, writes nothing. Lines for commands that the manifest does not know are the
// project's own, except those that lead to a start script that is gone or left over.
import { readFileSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { FormattingOptions } from 'jsonc-parser'
import type { Distribution } from '../entrypoints/distribution.ts'
import { jsonPositions } from '../lazy-packages.ts'
import { readPackageJson } from './package-json.ts'
import { madeFrom, type ScriptFile } from './script-files.ts'

export interface BinChange {
  /** The command. */
  readonly name: string
  readonly state: 'missing' | 'differs' | 'left over'
}

export interface PackageBin {
  readonly file: string
  readonly changes: readonly BinChange[]
  /** What the file is to hold; the rest of it stays as it is written. */
  readonly text: string
}

/** Null when npm has nothing to install from: there is no package.json, or the scripts stand outside of the package. */
export function packageBin(
  { folder }: Distribution,
  scripts: readonly ScriptFile[],
  binFolder: string,
): PackageBin | null {
  const json = readPackageJson(folder)
  const below = relative(folder, binFolder)
  if (json === null || below.startsWith(`..${sep}`) || below === '..' || isAbsolute(below)) return null
  const wanted = new Map(scripts.map(({ entry, file }) => [entry.name, relative(folder, file).replaceAll(sep, '/')]))
  const isRight = (name: string, path: string) => resolve(folder, json.bin.get(name) ?? '') === resolve(folder, path)
  const changes: BinChange[] = []
  for (const [name, path] of wanted) {
    if (!json.bin.has(name)) changes.push({ name, state: 'missing' })
    else if (!isRight(name, path)) changes.push({ name, state: 'differs' })
  }
  for (const [name, path] of json.bin) {
    const file = resolve(folder, path)
    if (!wanted.has(name) && file === resolve(binFolder, `${name}.js`) && madeFrom(file) !== 'a hand') {
      changes.push({ name, state: 'left over' })
    }
  }
  const text = readFileSync(json.file, 'utf-8')
  return { file: json.file, changes, text: changes.length === 0 ? text : edited(text, changes, wanted, json.bin) }
}

function edited(
  text: string,
  changes: readonly BinChange[],
  wanted: ReadonlyMap<string, string>,
  bin: ReadonlyMap<string, string>,
): string {
  const { applyEdits, findNodeAtLocation, modify, parseTree } = jsonPositions()
  const formattingOptions = formatOf(text)
  const set = (to: string, path: string[], value: unknown): string =>
    applyEdits(to, modify(to, path, value, { formattingOptions }))
  const root = parseTree(text)
  const isObject = root !== undefined && findNodeAtLocation(root, ['bin'])?.type === 'object'
  // A text alone is the one command with the package's own name: a second one needs the longer form.
  const start = isObject ? text : set(text, ['bin'], Object.fromEntries(bin))
  return changes.reduce((now, { name }) => set(now, ['bin', name], wanted.get(name)), start)
}

/** As the file is written: npm keeps that too. */
function formatOf(text: string): FormattingOptions {
  const indent = /^[ \t]+(?=")/mu.exec(text)?.[0] ?? '  '
  return {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 1 : indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  }
}
