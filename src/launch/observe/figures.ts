// Sums of what workers have counted: over the parts of one service, over a worker and those that had its place
// before. Pure.
import type { FilterCounts, WorkCounts } from '../service.ts'

export const noCounts: WorkCounts = { requests: 0, inFlight: 0 }

/** What one of them does not tell does not count; what none tells stays untold. */
export function sumOfCounts(all: readonly WorkCounts[]): WorkCounts {
  return all.reduce(plus, noCounts)
}

/** What remains of a worker that has left: what it did, not what it had in hand. */
export function pastOf(counts: WorkCounts): WorkCounts {
  const { requests, answers, durations, filters } = counts
  return {
    requests,
    inFlight: 0,
    ...(answers && { answers }),
    ...(durations && { durations }),
    ...(filters && { filters }),
  }
}

function plus(one: WorkCounts, other: WorkCounts): WorkCounts {
  const answers = joined(one.answers, other.answers, plusEach)
  const connections = joined(one.connections, other.connections, (a, b) => a + b)
  const durations = joined(one.durations, other.durations, (a, b) => ({
    counts: plusEach(a.counts, b.counts),
    sumMs: a.sumMs + b.sumMs,
  }))
  const filters = joined(one.filters, other.filters, plusFilters)
  return {
    requests: one.requests + other.requests,
    inFlight: one.inFlight + other.inFlight,
    ...(answers && { answers }),
    ...(connections !== undefined && { connections }),
    ...(durations && { durations }),
    ...(filters && { filters }),
  }
}

function joined<T>(one: T | undefined, other: T | undefined, join: (one: T, other: T) => T): T | undefined {
  if (one === undefined) return other
  return other === undefined ? one : join(one, other)
}

function plusEach(one: readonly number[], other: readonly number[]): number[] {
  const length = Math.max(one.length, other.length)
  return Array.from({ length }, (_, index) => (one[index] ?? 0) + (other[index] ?? 0))
}

/** By name, in the order of their first appearance. */
function plusFilters(one: readonly FilterCounts[], other: readonly FilterCounts[]): FilterCounts[] {
  const all = new Map<string, FilterCounts>()
  for (const { name, calls, errors, ownMs } of [...one, ...other]) {
    const before = all.get(name) ?? { calls: 0, errors: 0, ownMs: 0 }
    all.set(name, {
      name,
      calls: before.calls + calls,
      errors: before.errors + errors,
      ownMs: before.ownMs + ownMs,
    })
  }
  return [...all.values()]
}
