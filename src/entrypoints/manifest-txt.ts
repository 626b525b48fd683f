// entry_points.txt of installed packages: line by line, stripped, `#` only at the start of a line,
// only `=` separates, no continuation. Not the ConfigParser dialect.
import { diagnostic } from '../errors.ts'
import { pieceFrom, scanLines, whereOf } from '../ini/scanner.ts'
import { type Manifest, ManifestEntries } from './entry-point.ts'

export function parseEntryPointsTxt(text: string, file: string): Manifest {
  const entries = new ManifestEntries()
  let group: string | null = null
  // Entries below a heading that is none belong to nobody: the heading is the one thing to tell.
  let isLost = false
  for (const line of scanLines(text)) {
    const piece = pieceFrom(line, 0)
    if (piece.text === '' || piece.text.startsWith('#')) continue
    const place = (offset: number, length: number) => whereOf(file, line, piece.column + offset, length)
    const fault = (message: string, expected: string) =>
      entries.problems.push(
        diagnostic('error', 'SLIPWAY_MANIFEST_ENTRY', message, { where: place(0, piece.text.length), expected }),
      )
    if (piece.text.startsWith('[')) {
      isLost = !piece.text.endsWith(']')
      group = isLost ? null : piece.text.replace(/^[[\]]+|[[\]]+$/gu, '')
      if (isLost) fault('a group heading does not end in "]"', '[group]')
      continue
    }
    if (group === null) {
      if (!isLost) fault('an entry stands before the first group', '[group] first')
    } else entries.addLine({ group, text: piece.text, place }, 'warning')
  }
  return {
    file,
    name: null,
    version: null,
    entryPoints: entries.entryPoints,
    packageDir: new Map(),
    problems: entries.problems,
  }
}
