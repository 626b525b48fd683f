// Columns of plain text, as wide as their widest cell. Pure.

export interface TableOptions {
  readonly indent?: string
  /** A longer cell does not push the next column to the right. */
  readonly widest?: number
  /** Columns of numbers: their cells stand at the right. */
  readonly right?: ReadonlySet<number>
  /** Applied to a cell once it has its width. */
  readonly paint?: (cell: string, column: number, row: number) => string
}

/** One line a row, without white space at the ends and without a last newline. */
export function renderTable(rows: readonly (readonly string[])[], options: TableOptions = {}): string {
  const { indent = '', widest = Infinity, right = new Set(), paint = (cell: string) => cell } = options
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, { length }] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, length <= widest ? length : 0)
    }
  }
  return rows
    .map((row, index) => {
      const last = row.findLastIndex((cell) => cell !== '')
      const cells = row.slice(0, last + 1).map((cell, column) => {
        const width = widths[column] ?? 0
        const padded = right.has(column) ? cell.padStart(width) : column === last ? cell : cell.padEnd(width)
        return paint(padded, column, index)
      })
      return indent + cells.join('  ')
    })
    .join('\n')
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
