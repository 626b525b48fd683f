// What a running service tells Prometheus: its state, its workers, what they have done, in families of metrics. Pure;
// who asks for it is in control.ts and metrics-server.ts.
import { durationBoundsMs } from '../../http/stopwatch.ts'
import type { WorkerStatus } from '../crew.ts'
import { sumOfCounts } from './figures.ts'
import type { ReloadHistory } from './reload-history.ts'
import type { FilterCounts, WorkCounts } from '../service.ts'
import { type Family, histogramSamples, type Labels, type Sample } from './exposition.ts'
import type { Past } from './ledger.ts'
import { placesOf, workerFamilies } from './worker-metrics.ts'

/** All that metrics are made of. */
export interface MetricsSource {
  readonly name: string
  /** Of the service; null when it tells none. */
  readonly version: string | null
  /** Of this package. */
  readonly launcherVersion: string
  readonly nodeVersion: string
  readonly isServing: boolean
  readonly reloads: Pick<ReloadHistory, 'counts' | 'last'>
  readonly services: readonly ServiceFigures[]
  readonly process: ProcessFigures
}

export interface ServiceFigures {
  readonly name: string
  /** How many workers it shall have. */
  readonly wanted: number
  readonly restarts: number
  readonly workers: readonly WorkerStatus[]
  /** What workers that have left had counted, by their id. */
  readonly past: ReadonlyMap<number, Past>
}

/** Of the process that launched. */
interface ProcessFigures {
  /** Seconds since the epoch. */
  readonly startTime: number
  readonly cpuSeconds: number
  readonly residentBytes: number
  readonly lostLines: number
}

const states: readonly WorkerStatus['state'][] = ['starting', 'ready', 'draining', 'waiting', 'failed']

export function metricsOf(source: MetricsSource): Family[] {
  const services = source.services.map((service): Whole => {
    const places = placesOf(service.name, service.workers, service.past)
    const counts = sumOfCounts(places.map((place) => place.counts))
    return { service, labels: { service: service.name }, counts, places }
  })
  return [
    ...launcherFamilies(source),
    ...serviceFamilies(services),
    durations(services),
    ...filterFamilies(services),
    ...workerFamilies(services.flatMap(({ places }) => places)),
    ...processFamilies(source.process),
  ]
}

/** A service with what its workers have counted together. */
interface Whole {
  readonly service: ServiceFigures
  readonly labels: Labels
  readonly counts: WorkCounts
  readonly places: ReturnType<typeof placesOf>
}

function launcherFamilies(source: MetricsSource): Family[] {
  const { name, version, launcherVersion: slipway, nodeVersion: node, isServing, reloads } = source
  const labels = { service: name, version: version ?? '', slipway, node }
  const ended = reloads.last === null ? [] : [{ value: Date.parse(reloads.last.at) / 1000 }]
  return [
    gauge('slipway_build_info', 'What runs, in its labels.', [{ labels, value: 1 }]),
    gauge('slipway_up', 'Whether every worker serves that shall: 1, or 0.', [{ value: isServing ? 1 : 0 }]),
    counter(
      'slipway_reloads_total',
      'Reloads by their outcome.',
      Object.entries(reloads.counts).map(([outcome, value]) => ({ labels: { outcome }, value })),
    ),
    gauge('slipway_last_reload_timestamp_seconds', 'When the last reload ended, whatever came of it.', ended),
  ]
}

function serviceFamilies(services: readonly Whole[]): Family[] {
  const byState = services.flatMap(({ service: { workers }, labels }) =>
    states.map((state) => ({
      labels: { ...labels, state },
      value: workers.filter((worker) => worker.state === state).length,
    })),
  )
  const each = (of: (service: ServiceFigures) => number): Sample[] =>
    services.map(({ service, labels }) => ({ labels, value: of(service) }))
  return [
    gauge('slipway_workers', 'Workers by their state.', byState),
    gauge(
      'slipway_workers_wanted',
      'How many workers the service shall have.',
      each(({ wanted }) => wanted),
    ),
    counter(
      'slipway_restarts_total',
      'Workers that were started in the place of one that had ended unasked.',
      each(({ restarts }) => restarts),
    ),
  ]
}

function durations(services: readonly Whole[]): Family {
  const bounds = durationBoundsMs.map((ms) => ms / 1000)
  return {
    name: 'slipway_request_duration_seconds',
    type: 'histogram',
    help: 'From the arrival of a request to the end of its answer.',
    samples: services.flatMap(({ labels, counts: { durations: all } }) =>
      all === undefined ? [] : histogramSamples(labels, bounds, all.counts, all.sumMs / 1000),
    ),
  }
}

function filterFamilies(services: readonly Whole[]): Family[] {
  const each = (of: (filter: FilterCounts) => number): Sample[] =>
    services.flatMap(({ labels, counts: { filters = [] } }) =>
      filters.map((filter) => ({ labels: { ...labels, filter: filter.name }, value: of(filter) })),
    )
  return [
    counter(
      'slipway_filter_calls_total',
      'Requests that came to an element of a pipeline.',
      each(({ calls }) => calls),
    ),
    counter(
      'slipway_filter_errors_total',
      'Errors that came out of an element of a pipeline.',
      each(({ errors }) => errors),
    ),
    counter(
      'slipway_filter_own_seconds_total',
      'Time in an element of a pipeline and not in what it calls.',
      each(({ ownMs }) => ownMs / 1000),
    ),
  ]
}

/** Under the names that every exporter gives them. */
function processFamilies({ startTime, cpuSeconds, residentBytes, lostLines }: ProcessFigures): Family[] {
  return [
    gauge('process_start_time_seconds', 'When the process that launched began.', [{ value: startTime }]),
    counter('process_cpu_seconds_total', 'Processor time of the process that launched.', [{ value: cpuSeconds }]),
    gauge('process_resident_memory_bytes', 'Memory of the process that launched.', [{ value: residentBytes }]),
    counter('slipway_log_lines_lost_total', 'Lines that the process that launched could not log.', [
      { value: lostLines },
    ]),
  ]
}

function counter(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, type: 'counter', help, samples }
}

function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, type: 'gauge', help, samples }
}
