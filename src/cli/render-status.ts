// The status of a running service as people read it: what it is, since when, and its workers. Pure.
import type { ServiceStatus, WorkerRecord } from '../launch/status.ts'
import type { painter } from '../diagnostic.ts'
import { renderTable } from './table.ts'

type Paint = ReturnType<typeof painter>

const columns = ['id', 'pid', 'state', 'for', 'requests', 'in hand', 'busy', 'memory', 'restarts', 'last end']

/** `now` in milliseconds since the epoch. Ends with a newline. */
export function renderStatus(status: ServiceStatus, now: number, paint: Paint): string {
  const { name, version, state, since, master, listeners, services } = status
  const head = [
    ['state', `${stateIn(state, paint)} for ${age(since, now)}, since ${since.slice(0, 19).replace('T', ' ')} UTC`],
    ['pid', String(master.pid)],
    ['listens on', listeners.length === 0 ? 'nothing' : listeners.join(', ')],
  ]
  const tables = services.map(({ name: service, workers }) => {
    const title = services.length > 1 ? `${service}\n` : ''
    const rows = [columns, ...workers.map((worker) => cellsOf(worker, now))]
    const table = renderTable(rows, {
      indent: '  ',
      paint: (cell, column, row) =>
        row === 0 ? paint.dim(cell) : column === 2 ? stateIn(cell.trim(), paint) + gap(cell) : cell,
    })
    return `${title}${table}\n${debugged(workers)}`
  })
  const title = `${paint.bold(name)}${version === null ? '' : ` ${version}`}`
  return `${title}\n${renderTable(head, { indent: '  ' })}\n\n${tables.join('\n')}`
}

function cellsOf(worker: WorkerRecord, now: number): string[] {
  const { id, pid, state, since, requests, inFlight, utilisation, rss, restarts, lastExit } = worker
  return [
    String(id),
    pid === null ? '-' : String(pid),
    state,
    since === null ? '-' : age(since, now),
    shown(requests),
    shown(inFlight),
    utilisation === null ? '-' : `${Math.round(utilisation * 100)} %`,
    rss === null ? '-' : `${Math.round(rss / 2 ** 20)} MiB`,
    String(restarts),
    lastExit ?? '-',
  ]
}

/** Beside the table: few workers are ever debugged. */
function debugged(workers: readonly WorkerRecord[]): string {
  const lines = workers.flatMap(({ id, inspector, breakpoint }) => {
    if (inspector === null) return []
    const stands = breakpoint === null ? '' : `, stands at ${breakpoint}`
    return [`  worker ${id} can be debugged: ${inspector}${stands}\n`]
  })
  return lines.length === 0 ? '' : `\n${lines.join('')}`
}

function shown(number: number | null): string {
  return number === null ? '-' : String(number)
}

/** The state with its colour; the padding of a cell stays outside. */
function stateIn(state: string, paint: Paint): string {
  if (state === 'failed' || state === 'degraded') return paint.red(state)
  return state === 'running' || state === 'ready' ? state : paint.yellow(state)
}

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
