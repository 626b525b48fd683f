// What a process takes from its start to its end, on the clock and of the processors.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** CPU time of all children so far, in milliseconds. */
let childrenTook = childTime()

/** One run of node, to its end; it must succeed. */
export function timed(args, options) {
  const begin = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { ...options, encoding: 'utf-8' })
  const wall = performance.now() - begin
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
  const before = childrenTook
  childrenTook = childTime()
  return { wall, cpu: childrenTook - before }
}

/** cutime and cstime of this process, in clock ticks of 10 ms: CPU time of children that have ended. */
function childTime() {
  const stat = readFileSync('/proc/self/stat', 'utf-8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) * 10
}
