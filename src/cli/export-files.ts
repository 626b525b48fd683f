// Where an export goes: to standard output, one document after the other, or to the disk, all in the file or each in
// the folder that was named.
import { join, resolve } from 'node:path'
import { writeText } from '../config/write-text.ts'
import { displayPath } from '../diagnostic.ts'
import { isFolder } from '../ini/path-kind.ts'
import type { Terminal } from './terminal.ts'

export interface ExportFile {
  /** Within a folder. */
  readonly name: string
  readonly text: string
  /** For its owner only. */
  readonly isSecret?: boolean
}

export interface Destination {
  readonly output: string | undefined
  /** What stands between two documents of one file. */
  readonly separator: string
}

/** Whether `output` is a folder: one that is there, or a path that ends in "/". */
function namesFolder(output: string, cwd: string): boolean {
  return output.endsWith('/') || isFolder(resolve(cwd, output))
}

/** @throws SlipwayError SLIPWAY_OUTPUT */
export function writeExport(
  files: readonly ExportFile[],
  { output, separator }: Destination,
  terminal: Terminal,
): void {
  const together = files.map(({ text }) => text).join(separator)
  if (output === undefined) return terminal.out(together)
  const path = resolve(terminal.cwd, output)
  const isSecret = files.some((file) => file.isSecret)
  const written = namesFolder(output, terminal.cwd)
    ? files.map((file) => ({ ...file, path: join(path, file.name) }))
    : [{ path, text: together, isSecret }]
  for (const file of written) {
    writeText(file.path, file.text, file.isSecret === true ? 0o600 : undefined)
    terminal.err(`wrote  ${displayPath(file.path, terminal.cwd)}\n`)
  }
}
