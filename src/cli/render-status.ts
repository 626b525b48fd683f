// The status of a running service as people read it: what it is, since when, its workers and what its filters
// cost. Pure.
import type { painter } from '../diagnostic.ts'
import { noCounts, sumOfCounts } from '../launch/observe/figures.ts'
import type { ServiceStatus, WorkerRecord } from '../launch/status.ts'
import { renderTable } from './table.ts'

type Paint = ReturnType<typeof painter>

export interface StatusView {
  /** In milliseconds since the epoch. */
  readonly now: number
  readonly paint: Paint
  /** What was shown last, and when: what has been done since is told as a rate. */
  readonly before?: { readonly status: ServiceStatus; readonly at: number } | undefined
}

interface Column {
  readonly name: string
  readonly isNumber: boolean
  /** Null when it is not known. */
  readonly cell: (worker: WorkerRecord, now: number) => string | null
}

const columns: readonly Column[] = [
  { name: 'id', isNumber: false, cell: ({ id }) => String(id) },
  { name: 'pid', isNumber: false, cell: ({ pid, thread }) => (thread === null ? textOf(pid) : `thread ${thread}`) },
  { name: 'state', isNumber: false, cell: ({ state }) => state },
  { name: 'for', isNumber: false, cell: ({ since }, now) => since && age(since, now) },
  { name: 'requests', isNumber: true, cell: ({ requests }) => textOf(requests) },
  { name: '5xx', isNumber: true, cell: ({ answers }) => textOf(answers?.['5xx'] ?? null) },
  { name: 'in hand', isNumber: true, cell: ({ inFlight }) => textOf(inFlight) },
  { name: 'conns', isNumber: true, cell: ({ connections }) => textOf(connections) },
  { name: 'busy', isNumber: true, cell: ({ utilisation }) => percent(utilisation) },
  { name: 'lag p99', isNumber: true, cell: ({ loopDelay }) => loopDelay && `${Math.round(loopDelay.p99Ms)} ms` },
  { name: 'heap', isNumber: true, cell: ({ heapUsed }) => bytes(heapUsed) },
  { name: 'memory', isNumber: true, cell: ({ rss }) => bytes(rss) },
  { name: 'restarts', isNumber: true, cell: ({ restarts }) => String(restarts) },
  { name: 'last end', isNumber: false, cell: ({ lastExit }) => lastExit },
]

/** Ends with a newline. */
export function renderStatus(status: ServiceStatus, view: StatusView): string {
  const { name, version, services } = status
  const { paint } = view
  const parts = services.flatMap(({ name: service, workers }) => {
    const title = services.length > 1 ? [paint.bold(service)] : []
    const table = [...title, workerTable(service, workers, view)].join('\n')
    return [table, filterTable(workers, paint), debugged(workers)].filter((part) => part !== null)
  })
  const title = `${paint.bold(name)}${version === null ? '' : ` ${version}`}`
  return `${[`${title}\n${head(status, view)}`, ...parts].join('\n\n')}\n`
}

function head({ state, since, master, listeners, services, lastReload }: ServiceStatus, { now, paint }: StatusView) {
  const workers = services.flatMap((service) => service.workers)
  const ready = workers.filter((worker) => worker.state === 'ready').length
  const rows = [
    ['state', `${inColour(state, paint)} for ${age(since, now)}, since ${since.slice(0, 19).replace('T', ' ')} UTC`],
    ['pid', String(master.pid)],
    ['listens on', listeners.length === 0 ? 'nothing' : listeners.join(', ')],
    ['workers', `${ready} of ${workers.length} ready`],
  ]
  if (lastReload !== null) {
    const { outcome, at, problem } = lastReload
    const told = outcome === 'refused' ? paint.red(outcome) : outcome
    rows.push(['last reload', `${told} ${age(at, now)} ago${problem === null ? '' : `: ${problem}`}`])
  }
  return renderTable(rows, { indent: '  ' })
}

function workerTable(service: string, workers: readonly WorkerRecord[], { now, paint, before }: StatusView): string {
  const shown = before === undefined ? columns : [...columns, rateColumn(service, before)]
  const rows = workers.map((worker) => shown.map(({ cell }) => cell(worker, now) ?? '-'))
  const state = shown.findIndex(({ name }) => name === 'state')
  return renderTable([shown.map(({ name }) => name), ...rows], {
    indent: '  ',
    right: new Set([...shown.entries()].flatMap(([index, { isNumber }]) => (isNumber ? index : []))),
    paint: (cell, column, row) =>
      row === 0 ? paint.dim(cell) : column === state ? inColour(cell.trim(), paint) + gap(cell) : cell,
  })
}

/** Beside the table: few workers are ever debugged. */
function debugged(workers: readonly WorkerRecord[]): string | null {
  const lines = workers.flatMap(({ id, inspector, breakpoint }) => {
    if (inspector === null) return []
    const stands = breakpoint === null ? '' : `, stands at ${breakpoint}`
    return [`  worker ${id} can be debugged: ${inspector}${stands}`]
  })
  return lines.length === 0 ? null : lines.join('\n')
}

/** Requests a second since the last look; of a worker that has been replaced since, nothing is known yet. */
function rateColumn(service: string, { status, at }: NonNullable<StatusView['before']>): Column {
  const past = status.services.find(({ name }) => name === service)?.workers ?? []
  return {
    name: 'req/s',
    isNumber: true,
    cell: ({ id, pid, since, requests }, now) => {
      const one = past.find((worker) => worker.id === id && worker.pid === pid && worker.since === since)
      if (!one || requests === null || one.requests === null || now <= at) return null
      return String(Math.round((requests - one.requests) / ((now - at) / 1000)))
    },
  }
}

/** The costly ones first. Null when nothing is measured. */
function filterTable(workers: readonly WorkerRecord[], paint: Paint): string | null {
  const all = sumOfCounts(workers.map(({ filters }) => ({ ...noCounts, ...(filters && { filters }) }))).filters ?? []
  if (all.length === 0) return null
  const total = all.reduce((sum, { ownMs }) => sum + ownMs, 0)
  const rows = all
    .toSorted((a, b) => b.ownMs - a.ownMs)
    .map(({ name, calls, errors, ownMs }) => [
      name,
      String(calls),
      String(errors),
      `${(calls === 0 ? 0 : ownMs / calls).toFixed(3)} ms`,
      `${total === 0 ? 0 : Math.round((ownMs / total) * 100)} %`,
    ])
  return renderTable([['filter', 'calls', 'errors', 'own time', 'share'], ...rows], {
    indent: '  ',
    right: new Set([1, 2, 3, 4]),
    paint: (cell, _column, row) => (row === 0 ? paint.dim(cell) : cell),
  })
}

function textOf(number: number | null): string | null {
  return number === null ? null : String(number)
}

function percent(part: number | null): string | null {
  return part === null ? null : `${Math.round(part * 100)} %`
}

function bytes(number: number | null): string | null {
  return number === null ? null : `${Math.round(number / 2 ** 20)} MiB`
}

function inColour(state: string, paint: Paint): string {
  if (state === 'failed' || state === 'degraded') return paint.red(state)
  return state === 'running' || state === 'ready' ? paint.green(state) : paint.yellow(state)
}

/** The padding of a cell stays outside of its colour. */
function gap(cell: string): string {
  return ' '.repeat(cell.length - cell.trimEnd().length)
}

/** `45 s`, `3 min`, `5 h 12 min`, `9 d 4 h`. */
function age(since: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(since)) / 1000))
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  if (minutes === 0) return `${seconds} s`
  if (hours === 0) return `${minutes} min`
  if (hours < 24) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}
