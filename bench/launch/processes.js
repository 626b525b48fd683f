// What /proc tells of a tree of processes: who is in it, CPU time, memory.
import { readdirSync, readFileSync } from 'node:fs'

const tickMs = 10

/** The fields of /proc/PID/stat after the name, or null when it is gone. */
function stat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    // No such folder: no such process.
    return null
  }
}

/** A process and all its descendants that live, itself first. */
export function tree(root) {
  const parents = new Map()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/u.test(name)) continue
    const fields = stat(name)
    if (fields !== null && fields[0] !== 'Z') parents.set(Number(name), Number(fields[1]))
  }
  const found = [root]
  // The list grows while it is walked.
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child)
  return found.filter((pid) => parents.has(pid))
}

/** When a process was started, in clock ticks since the boot; null when it is gone. Tells it from one that has its pid later. */
export function bornAt(pid) {
  const fields = stat(pid)
  return fields === null || fields[0] === 'Z' ? null : Number(fields[19])
}

/** Microseconds of user and system time that processes have taken. */
export function cpuTime(pids) {
  let ticks = 0
  for (const pid of pids) {
    const fields = stat(pid)
    if (fields !== null) ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks * tickMs * 1000
}

/** Their shares of memory in MB: pages that several have count in parts. */
export function proportionalSize(pids) {
  return pids.map((pid) => {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')
    return Number(/^Pss:\s+(\d+)/mu.exec(text)?.[1] ?? 0) / 1024
  })
}
