// The figures of all servers as tables. Medians over the rounds; of lost requests the sums.
import { median, ratio, table } from '../figures.js'
import { peers } from './peers.js'

export function renderFigures(samples) {
  const tables = [starts(samples), loadTable(samples, 1), loadTable(samples, 2), troubles(samples)]
  return tables.filter((one) => one !== null).join('\n')
}

/** The median of a figure, or null where it was not taken. */
export function figure(samples, name, key) {
  const values =
    samples
      .get(name)
      ?.get(key)
      ?.filter((value) => value !== undefined && value !== null) ?? []
  return values.length === 0 ? null : median(values)
}

/** The median over the rounds of one figure to another server's of the same round. */
export function ratioOf(samples, name, base, key) {
  const [ours, theirs] = [name, base].map((one) => samples.get(one)?.get(key) ?? [])
  const ratios = ours.map((value, round) => value / theirs[round]).filter((value) => Number.isFinite(value))
  return ratios.length === 0 ? null : median(ratios)
}

export function sum(samples, name, key) {
  const values = samples.get(name)?.get(key)
  return values === undefined ? null : values.reduce((total, value) => total + value, 0)
}

const shown = (value, digits = 0) => (value === null ? '–' : value.toFixed(digits))
const counted = (value) => (value === null ? '–' : Math.round(value).toLocaleString('en'))
const quotient = (value) => (value === null ? '–' : ratio(value))

/** Null when nothing of it was measured. */
function tableOf(title, head, rows) {
  return rows.length === 0 ? null : table(title, head, rows)
}

function rowsOf(samples, key, cells) {
  return [...samples.keys()]
    .filter((name) => samples.get(name).has(key))
    .map((name) => [peers[name].title, ...cells(name)])
}

function starts(samples) {
  const of = (name, key) => figure(samples, name, key)
  const names = [...samples.keys()].filter(
    (name) => samples.get(name).has('start 1') || samples.get(name).has('start 2'),
  )
  const rows = names.map((name) => [
    peers[name].title,
    shown(of(name, 'start 1')),
    shown(of(name, 'start 2')),
    quotient(ratioOf(samples, name, 'prototype', 'start 2')),
    shown(of(name, 'start cpu 2')),
    quotient(ratioOf(samples, name, 'prototype', 'start cpu 2')),
    shown(of(name, 'worker memory 2'), 1),
    shown(of(name, 'memory 1'), 1),
    shown(of(name, 'memory 2'), 1),
  ])
  const head = [
    'server',
    'start, 1 worker, ms',
    '2 workers',
    'to prototype',
    'CPU ms until then',
    'to prototype',
    'PSS of a worker, MB',
    'of all, 1',
    'of all, 2',
  ]
  return tableOf('Start to the first 200, and memory after load', head, rows)
}

function loadTable(samples, workers) {
  const rows = rowsOf(samples, `kept rate ${workers}`, (name) =>
    ['kept', 'fresh'].flatMap((kind) => [
      counted(figure(samples, name, `${kind} rate ${workers}`)),
      shown(figure(samples, name, `${kind} p99 ${workers}`), 1),
      shown(figure(samples, name, `${kind} cpu ${workers}`), 1),
      quotient(ratioOf(samples, name, 'prototype', `${kind} cpu ${workers}`)),
    ]),
  )
  const of = (kind) => [`${kind} req/s`, 'p99 ms', 'CPU µs', 'to prototype']
  const title = `Load on ${workers} worker${workers > 1 ? 's' : ''}, 64 connections; CPU of the whole tree per request`
  return tableOf(title, ['server', ...of('keep-alive'), ...of('new connections')], rows)
}

function troubles(samples) {
  const names = [...samples.keys()].filter(
    (name) => samples.get(name).has('blocked p99 2') || samples.get(name).has('lost fresh 2'),
  )
  const lost = (name, kind) => {
    const failed = sum(samples, name, `lost ${kind} 2`)
    if (failed === null) return '–'
    const kinds = new Set(
      samples
        .get(name)
        .get(`kinds ${kind} 2`)
        .flatMap((one) => Object.keys(one)),
    )
    const what = failed === 0 ? '' : ` (${[...kinds].join(', ')})`
    return `${failed} of ${counted(sum(samples, name, `answered ${kind} 2`))}${what}`
  }
  const rows = names.map((name) => [
    peers[name].title,
    counted(figure(samples, name, 'blocked rate 2')),
    shown(figure(samples, name, 'blocked p50 2'), 1),
    shown(figure(samples, name, 'blocked p99 2'), 1),
    lost(name, 'fresh'),
    lost(name, 'kept'),
  ])
  const head = ['server', 'req/s', 'p50 ms', 'p99 ms', 'lost, new connections', 'lost, keep-alive']
  return tableOf('2 workers: one blocked 400 ms of every 800; requests lost across 3 reloads a round', head, rows)
}
