// The metrics of single workers. A worker that replaces another has its id: both count while both are there, and what
// those before them did stays. Pure.
import type { WorkerStatus } from '../crew.ts'
import { sumOfCounts } from './figures.ts'
import type { Vitals } from '../messages.ts'
import type { WorkCounts } from '../service.ts'
import type { Family, Labels, Sample } from './exposition.ts'
import { noPast, type Past } from './ledger.ts'

/** The workers of one id. */
export interface Place {
  readonly labels: Labels
  readonly workers: readonly WorkerStatus[]
  readonly past: Past
  readonly counts: WorkCounts
}

export function placesOf(service: string, workers: readonly WorkerStatus[], past: ReadonlyMap<number, Past>): Place[] {
  const ids = [...new Set([...workers.map(({ id }) => id), ...past.keys()])].toSorted((a, b) => a - b)
  return ids.map((id) => {
    const present = workers.filter((worker) => worker.id === id)
    const before = past.get(id) ?? noPast
    const counts = sumOfCounts([before.counts, ...present.flatMap(({ vitals }) => vitals ?? [])])
    return { labels: { service, worker: String(id) }, workers: present, past: before, counts }
  })
}

interface Figure {
  readonly name: string
  readonly help: string
  readonly of: (vitals: Vitals) => number | null | undefined
  /** What two workers of one id have together. */
  readonly join: (values: readonly number[]) => number
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0)
const most = (values: readonly number[]): number => Math.max(...values)
const late = 'How late the event loop came to its timers in the last second'

const figures: readonly Figure[] = [
  { name: 'requests_in_flight', help: 'Requests in hand.', of: ({ inFlight }) => inFlight, join: sum },
  { name: 'connections', help: 'Open connections.', of: ({ connections }) => connections, join: sum },
  { name: 'resident_memory_bytes', help: 'Memory of the worker.', of: ({ rss }) => rss, join: sum },
  { name: 'heap_used_bytes', help: 'Memory that JavaScript uses.', of: ({ heapUsed }) => heapUsed, join: sum },
  { name: 'heap_size_bytes', help: 'Memory that JavaScript has.', of: ({ heapTotal }) => heapTotal, join: sum },
  {
    name: 'event_loop_utilization_ratio',
    help: 'Part of the last second that the event loop was busy.',
    of: ({ utilisation }) => utilisation,
    join: most,
  },
  {
    name: 'event_loop_delay_p50_seconds',
    help: `${late}, at half of the times.`,
    of: ({ loopDelay }) => secondsOf(loopDelay?.p50Ms),
    join: most,
  },
  {
    name: 'event_loop_delay_p99_seconds',
    help: `${late}, at 99 of 100 times.`,
    of: ({ loopDelay }) => secondsOf(loopDelay?.p99Ms),
    join: most,
  },
  {
    name: 'event_loop_delay_max_seconds',
    help: `${late}, at most.`,
    of: ({ loopDelay }) => secondsOf(loopDelay?.maxMs),
    join: most,
  },
]

export function workerFamilies(places: readonly Place[]): Family[] {
  return [...counters(places), ...figures.map((figure) => gaugeOf(figure, places)), startTimes(places)]
}

function counters(places: readonly Place[]): Family[] {
  const counter = (name: string, help: string, of: (place: Place) => number): Family => ({
    name: `slipway_worker_${name}_total`,
    type: 'counter',
    help,
    samples: places.map((place) => ({ labels: place.labels, value: of(place) })),
  })
  return [
    counter('requests', 'Requests done.', ({ counts }) => counts.requests),
    {
      name: 'slipway_worker_responses_total',
      type: 'counter',
      help: 'Answers by the class of their status; a client that left before its answer counts as 4xx.',
      samples: places.flatMap(answersOf),
    },
    counter('event_loop_busy_seconds', 'How long the event loop was busy.', (place) => ever(place, 'busyMs') / 1000),
    counter('log_lines_lost', 'Lines that could not be logged.', (place) => ever(place, 'lostLines')),
  ]
}

function answersOf({ labels, counts }: Place): Sample[] {
  return (counts.answers ?? []).map((value, index) => ({ labels: { ...labels, code: `${index + 1}xx` }, value }))
}

function ever({ workers, past }: Place, key: 'busyMs' | 'lostLines'): number {
  return past[key] + sum(workers.map(({ vitals }) => vitals?.[key] ?? 0))
}

/** Only of workers that are there: one that has gone has no memory any more. */
function gaugeOf({ name, help, of, join }: Figure, places: readonly Place[]): Family {
  const samples = places.flatMap(({ labels, workers }) => {
    const values = workers.flatMap(({ vitals }) => (vitals === null ? [] : (of(vitals) ?? [])))
    return values.length === 0 ? [] : [{ labels, value: join(values) }]
  })
  return { name: `slipway_worker_${name}`, type: 'gauge', help, samples }
}

function startTimes(places: readonly Place[]): Family {
  const samples = places.flatMap(({ labels, workers }) => {
    const times = workers.flatMap(({ since }) => since ?? [])
    return times.length === 0 ? [] : [{ labels, value: most(times) / 1000 }]
  })
  return { name: 'slipway_worker_start_time_seconds', type: 'gauge', help: 'When the worker began.', samples }
}

function secondsOf(ms: number | undefined): number | null {
  return ms === undefined ? null : ms / 1000
}
