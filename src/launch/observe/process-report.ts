// What a process tells of itself for a report: memory, event loop, what it waits for, where its threads are. Runs in
// the process that is asked, master or worker. Leaves out the environment, the command line and peers: a report is
// passed on, and those hold secrets; looking up the names of peers would block besides.
import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { threadId } from 'node:worker_threads'
import type { LoopDelay } from '../messages.ts'
import { residentSetReader } from '../resident-set.ts'
import type { ReportSection } from './report.ts'

export interface ProcessReport {
  readonly pid: number
  /** 0 for the main thread. */
  readonly threadId: number
  readonly uptimeSeconds: number
  /** In bytes. */
  readonly memory: Readonly<Record<string, number>>
  readonly processor: { readonly userSeconds: number; readonly systemSeconds: number }
  readonly loop: {
    /** Since the start: 0 idle, 1 always busy. */
    readonly utilisation: number
    readonly delay: LoopDelay | null
  }
  /** What the event loop waits for: how many of each kind, as Node names them. */
  readonly resources: Readonly<Record<string, number>>
  /** The other threads and where they are; null where this Node cannot tell it without looking up names. */
  readonly threads: readonly ThreadStack[] | null
  /** What the service adds. */
  readonly sections: readonly ReportSection[]
}

interface ThreadStack {
  readonly id: number
  readonly stack: readonly string[]
}

export interface ProcessReportParts {
  readonly sections?: readonly ReportSection[]
  readonly delay?: LoopDelay | null
}

export function reportOfProcess({ sections = [], delay = null }: ProcessReportParts = {}): ProcessReport {
  const { user, system } = process.cpuUsage()
  const { utilization } = performance.eventLoopUtilization()
  return {
    pid: process.pid,
    threadId,
    uptimeSeconds: Math.round(performance.now() / 1000),
    memory: memory(),
    processor: { userSeconds: user / 1e6, systemSeconds: system / 1e6 },
    loop: { utilisation: Math.round(utilization * 1000) / 1000, delay },
    resources: counted(process.getActiveResourcesInfo()),
    threads: threadStacks(),
    sections,
  }
}

/** Of the heaps, which are the thread's own, and of the whole process. */
function memory(): Record<string, number> {
  const { used_heap_size: heapUsed, total_heap_size: heapTotal, heap_size_limit: heapLimit } = getHeapStatistics()
  return { rss: residentSetReader()(), heapUsed, heapTotal, heapLimit, external: getHeapStatistics().external_memory }
}

function counted(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** What of Node's own report is used here. */
interface NodeReport {
  readonly workers?: readonly {
    readonly header: { readonly threadId: number }
    readonly javascriptStack?: { readonly stack?: readonly string[] }
  }[]
}

/** Stops every thread for a moment, one that never comes back to its event loop too. */
function threadStacks(): ThreadStack[] | null {
  const { report } = process as unknown as { report?: { excludeNetwork?: boolean; getReport(): NodeReport } }
  if (report?.excludeNetwork === undefined) return null
  const before = report.excludeNetwork
  report.excludeNetwork = true
  try {
    return (report.getReport().workers ?? []).map(({ header, javascriptStack }) => ({
      id: header.threadId,
      stack: javascriptStack?.stack ?? [],
    }))
  } finally {
    report.excludeNetwork = before
  }
}
