// Medians, spreads and tables. Pure.

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Half of the distance between the quartiles, as a part of the median. */
export function spread(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]
  return (at(0.75) - at(0.25)) / 2 / median(values)
}

/** A Markdown table. */
export function table(title, head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [`### ${title}`, '', line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n')
}

export const ratio = (value) => value.toFixed(2)
export const percent = (value) => `±${Math.round(value * 100)} %`
