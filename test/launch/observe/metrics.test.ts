import { describe, expect, it } from 'vitest'
import type { WorkerStatus } from '../../../src/launch/crew.ts'
import { renderExposition } from '../../../src/launch/observe/exposition.ts'
import { Ledger } from '../../../src/launch/observe/ledger.ts'
import { metricsOf, type MetricsSource, type ServiceFigures } from '../../../src/launch/observe/metrics.ts'
import type { Vitals } from '../../../src/launch/messages.ts'
import { type ParsedFamily, parseExposition } from '../exposition-parser.ts'

const vitals: Vitals = {
  requests: 10,
  inFlight: 2,
  connections: 5,
  answers: [0, 7, 1, 2, 0],
  durations: { counts: [6, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1], sumMs: 12_345 },
  filters: [{ name: 'cors', calls: 10, errors: 1, ownMs: 5 }],
  rss: 1000,
  heapUsed: 300,
  heapTotal: 500,
  utilisation: 0.25,
  busyMs: 4000,
  loopDelay: { p50Ms: 1, p99Ms: 20, maxMs: 30 },
  lostLines: 3,
}

const worker = {
  kind: 'process',
  thread: null,
  debug: { inspector: null, breakpoint: null },
  pid: 100,
  state: 'ready',
  vitals,
  since: 2_000,
  restarts: 0,
  lastEnd: null,
} as const

function service(more: Partial<ServiceFigures> = {}): ServiceFigures {
  const workers: WorkerStatus[] = [
    { ...worker, id: 1 },
    { ...worker, id: 2 },
  ]
  return { name: 'shop', wanted: 2, restarts: 0, past: new Map(), workers, ...more }
}

function source(services: readonly ServiceFigures[]): MetricsSource {
  return {
    name: 'shop "one"\\two\nlines',
    version: '1.2',
    launcherVersion: '0.1.0',
    nodeVersion: '20.0.0',
    isServing: true,
    reloads: {
      counts: { done: 2, refused: 1, left: 0 },
      last: { outcome: 'done', at: '1970-01-01T00:00:05.000Z', problem: null },
    },
    services,
    process: { startTime: 1, cpuSeconds: 1e-7, residentBytes: 2e21, lostLines: 0 },
  }
}

function parsed(...services: readonly ServiceFigures[]): Map<string, ParsedFamily> {
  return parseExposition(renderExposition(metricsOf(source(services))))
}

function value(families: Map<string, ParsedFamily>, name: string, labels: Record<string, string>): number | undefined {
  const family = families.get(name.replace(/_(?:bucket|sum|count)$/u, '')) ?? families.get(name)
  return family?.samples.find(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([label, wanted]) => sample.labels[label] === wanted),
  )?.value
}

describe('metrics', () => {
  it('are in the text format, whatever stands in a label', () => {
    const families = parsed(service())
    expect(families.get('slipway_build_info')?.samples).toEqual([
      {
        name: 'slipway_build_info',
        labels: { service: 'shop "one"\\two\nlines', version: '1.2', slipway: '0.1.0', node: '20.0.0' },
        value: 1,
      },
    ])
    expect(value(families, 'process_cpu_seconds_total', {})).toBe(1e-7)
    expect(value(families, 'process_resident_memory_bytes', {})).toBe(2e21)
  })

  it.each([
    ['slipway_up', {}, 1],
    ['slipway_reloads_total', { outcome: 'refused' }, 1],
    ['slipway_last_reload_timestamp_seconds', {}, 5],
    ['slipway_workers', { state: 'ready' }, 2],
    ['slipway_workers', { state: 'failed' }, 0],
    ['slipway_workers_wanted', { service: 'shop' }, 2],
    ['slipway_worker_requests_total', { service: 'shop', worker: '2' }, 10],
    ['slipway_worker_responses_total', { worker: '1', code: '4xx' }, 2],
    ['slipway_worker_requests_in_flight', { worker: '1' }, 2],
    ['slipway_worker_connections', { worker: '1' }, 5],
    ['slipway_worker_resident_memory_bytes', { worker: '1' }, 1000],
    ['slipway_worker_heap_used_bytes', { worker: '1' }, 300],
    ['slipway_worker_event_loop_busy_seconds_total', { worker: '1' }, 4],
    ['slipway_worker_event_loop_utilization_ratio', { worker: '1' }, 0.25],
    ['slipway_worker_event_loop_delay_p99_seconds', { worker: '1' }, 0.02],
    ['slipway_worker_log_lines_lost_total', { worker: '1' }, 3],
    ['slipway_worker_start_time_seconds', { worker: '1' }, 2],
    ['slipway_request_duration_seconds_bucket', { service: 'shop', le: '0.005' }, 12],
    ['slipway_request_duration_seconds_bucket', { le: '10' }, 18],
    ['slipway_request_duration_seconds_bucket', { le: '+Inf' }, 20],
    ['slipway_request_duration_seconds_count', {}, 20],
    ['slipway_request_duration_seconds_sum', {}, 24.69],
    ['slipway_filter_calls_total', { service: 'shop', filter: 'cors' }, 20],
    ['slipway_filter_errors_total', { filter: 'cors' }, 2],
    ['slipway_filter_own_seconds_total', { filter: 'cors' }, 0.01],
  ])('tell %s of %j', (name, labels, wanted) => {
    expect(value(parsed(service()), name, labels)).toBe(wanted)
  })

  it('of several services keep them apart', () => {
    const families = parsed(service(), service({ name: 'agent', workers: [{ ...worker, id: 1, vitals: null }] }))
    expect(value(families, 'slipway_workers', { service: 'agent', state: 'ready' })).toBe(1)
    expect(value(families, 'slipway_worker_requests_total', { service: 'agent' })).toBe(0)
    expect(value(families, 'slipway_worker_resident_memory_bytes', { service: 'agent' })).toBeUndefined()
  })

  it('count on when a worker is replaced: while both are there, and when the first has gone', () => {
    const ledger = new Ledger()
    const fresh: Vitals = { ...vitals, requests: 1, answers: [0, 1, 0, 0, 0], busyMs: 500, lostLines: 0 }
    const both = service({
      workers: [
        { ...worker, id: 1, state: 'draining' },
        { ...worker, id: 1, vitals: fresh, since: 9000 },
      ],
    })
    const during = parsed(both)
    expect(value(during, 'slipway_worker_requests_total', { worker: '1' })).toBe(11)
    expect(value(during, 'slipway_worker_resident_memory_bytes', { worker: '1' })).toBe(2000)
    expect(value(during, 'slipway_worker_start_time_seconds', { worker: '1' })).toBe(9)

    ledger.left(1, vitals)
    ledger.left(1, null)
    const later = parsed(service({ workers: [{ ...worker, id: 1, vitals: fresh }], past: ledger.past }))
    expect(value(later, 'slipway_worker_requests_total', { worker: '1' })).toBe(11)
    expect(value(later, 'slipway_worker_responses_total', { worker: '1', code: '2xx' })).toBe(8)
    expect(value(later, 'slipway_worker_event_loop_busy_seconds_total', { worker: '1' })).toBe(4.5)
    expect(value(later, 'slipway_worker_requests_in_flight', { worker: '1' })).toBe(2)
    expect(value(later, 'slipway_filter_calls_total', { filter: 'cors' })).toBe(20)
    expect(value(later, 'slipway_request_duration_seconds_count', {})).toBe(20)
  })

  it('of a worker that has left for good keep what it did and tell no memory', () => {
    const ledger = new Ledger()
    ledger.left(3, vitals)
    const families = parsed(service({ past: ledger.past }))
    expect(value(families, 'slipway_worker_requests_total', { worker: '3' })).toBe(10)
    expect(value(families, 'slipway_worker_connections', { worker: '3' })).toBeUndefined()
  })
})
