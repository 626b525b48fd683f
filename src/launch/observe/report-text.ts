// A report as people read it, in the layout of oslo.reports: a banner for each section, a rule for each process. Pure.
import type { LoopDelay } from '../messages.ts'
import type { ProcessReport } from './process-report.ts'
import type { Report, Reporter, ReportSection } from './report.ts'
import type { ServiceStatus, WorkerRecord } from '../status.ts'

const width = 72

/** Ends with a newline. */
export function renderReport(report: Report): string {
  const { status, processes, configuration } = report
  const sections: ReportSection[] = [
    { title: 'Package', lines: packageLines(report) },
    { title: 'Services', lines: serviceLines(status) },
    { title: 'Processes', lines: treeLines(status, processes) },
    { title: 'Threads', lines: processes.flatMap(reporterLines) },
    { title: 'Configuration', lines: configLines(configuration) },
  ]
  const head = [...banner('Guru Meditation'), '|'.repeat(width), '', '']
  const text = sections.flatMap(({ title, lines }) => [...banner(title), ...lines, ''])
  return `${[...head, ...text].join('\n')}\n`
}

function banner(title: string): string[] {
  const rule = '='.repeat(width)
  return [rule, `====${centred(title, width - 8)}====`, rule]
}

function heading(title: string): string {
  return `------${centred(title, width - 12)}------`
}

function centred(text: string, room: number): string {
  const before = Math.max(1, Math.floor((room - text.length) / 2))
  return `${' '.repeat(before)}${text}${' '.repeat(Math.max(1, room - text.length - before))}`
}

function packageLines({ at, reason, versions, status }: Report): string[] {
  return [
    `product = ${status.name}`,
    `version = ${versions.service ?? 'unknown'}`,
    `slipway = ${versions.slipway}`,
    `node = ${versions.node} (V8 ${versions.v8})`,
    `system = ${versions.system}`,
    `made = ${at}, for ${reason}`,
  ]
}

function serviceLines({ state, since, listeners, services }: ServiceStatus): string[] {
  const on = listeners.length === 0 ? 'nothing' : listeners.join(', ')
  return [
    `${state}, began ${since}`,
    `listening on ${on}`,
    ...services.flatMap(({ name, workers }) => ['', `${name}:`, ...workers.map((worker) => `  ${workerLine(worker)}`)]),
  ]
}

function workerLine({ id, kind, pid, state, since, restarts, lastExit }: WorkerRecord): string {
  const where = kind === 'in-process' ? 'in the process itself' : pid === null ? 'without a process' : `pid ${pid}`
  const age = since === null ? '' : `, since ${since}`
  const last = lastExit === null ? '' : `, the one before: ${lastExit}`
  return `worker ${id}: ${state}, ${where}${age}, ${restarts} restarts${last}`
}

function treeLines({ master }: ServiceStatus, processes: readonly Reporter[]): string[] {
  return processes.map(({ title, pid, thread: number, told }) => {
    const isMaster = pid === master.pid && number === null
    const under = isMaster ? '' : ` (under ${master.pid})`
    const thread = number === null ? '' : ` thread ${number}`
    const state = told === null ? 'blocked, no answer' : `running for ${told.uptimeSeconds} s`
    return `${isMaster ? '' : '  '}Process ${pid ?? 'unknown'}${thread}${under} [ ${title}, ${state} ]`
  })
}

function reporterLines({ title, pid, thread, told, hangStack }: Reporter): string[] {
  const stood = hangStack === null ? [] : ['Where its event loop last stood still:', ...indented(hangStack.split('\n'))]
  const body =
    told === null
      ? ['It has not answered: its event loop is blocked.', ...(hangStack === null ? [watchHint] : [])]
      : processLines(told)
  const where = thread === null ? `pid ${pid ?? 'unknown'}` : `thread ${thread}`
  return [heading(`${title} (${where})`), '', ...body, ...stood, '']
}

const watchHint = 'Where it is, worker_timeout_stack = true would tell.'

function processLines({ memory, processor, loop, resources, threads, sections }: ProcessReport): string[] {
  const { userSeconds, systemSeconds } = processor
  return [
    `Memory: ${list(memory, mebibytes)}`,
    `Processor: ${userSeconds.toFixed(1)} s user, ${systemSeconds.toFixed(1)} s system`,
    `Event loop: ${Math.round(loop.utilisation * 100)} % busy since the start${delayText(loop.delay)}`,
    `Waits for: ${list(resources, String) || 'nothing'}`,
    ...sections.flatMap(({ title, lines }) => [`${title}:`, ...indented(lines.length === 0 ? ['none'] : lines)]),
    ...threadLines(threads),
  ]
}

function threadLines(threads: ProcessReport['threads']): string[] {
  if (threads === null) return ['Threads: this version of Node does not tell']
  return threads.flatMap(({ id, stack }) => [
    `Thread #${id}:`,
    ...indented(stack.length === 0 ? ['no JavaScript runs'] : stack),
  ])
}

function delayText(delay: LoopDelay | null): string {
  if (delay === null) return ''
  return `; timers late by ${delay.p50Ms} ms (p50), ${delay.p99Ms} ms (p99), ${delay.maxMs} ms (most) in the last second`
}

function configLines({ commandLine, files, groups }: Report['configuration']): string[] {
  return [
    `command line: ${commandLine.length === 0 ? 'none' : commandLine.join(' ')}`,
    `files: ${files.length === 0 ? 'none' : files.join(', ')}`,
    ...Object.entries(groups).flatMap(([name, options]) => [
      '',
      `${name === 'DEFAULT' ? 'default' : name}: `,
      ...Object.entries(options)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([option, value]) => `  ${option} = ${value}`),
    ]),
  ]
}

function list(record: Readonly<Record<string, number>>, show: (value: number) => string): string {
  return Object.entries(record)
    .map(([name, value]) => `${name} ${show(value)}`)
    .join(', ')
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}
