// Places in tables: the file and the line; the column is for diagnostics.
import { renderWhere } from '../diagnostic.ts'
import type { Where } from '../errors.ts'

export function renderLine(where: Where | null, cwd: string): string {
  if (where === null) return ''
  return renderWhere(where.line === undefined ? { file: where.file } : { file: where.file, line: where.line }, cwd)
}
