// Whether a row of figures grows: the least squares line through the last half of it. Pure.

/** `slope` per cycle, its standard error, and what the line grows by from its first point to its last. */
export function trend(points) {
  const half = points.slice(Math.floor(points.length / 2))
  const count = half.length
  const meanX = half.reduce((sum, [x]) => sum + x, 0) / count
  const meanY = half.reduce((sum, [, y]) => sum + y, 0) / count
  const spreadX = half.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  const slope = half.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spreadX
  const left = half.reduce((sum, [x, y]) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0)
  const error = Math.sqrt(left / Math.max(1, count - 2) / spreadX)
  return { slope, error, mean: meanY, growth: slope * (half.at(-1)[0] - half[0][0]) }
}

/** A line that rises by more than its own noise, and by more than the limit over the half. */
export function isFlat({ slope, error, growth }, limit) {
  return slope <= 2 * error || growth <= limit
}
