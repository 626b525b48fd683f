// Load from a process of its own: wrk where it is installed, else autocannon. Bounded in time,
// loopback only. Server and client are kept on different cores where taskset is there.
import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0
const hasTaskset = has('taskset')
export const client = has('wrk') ? 'wrk' : 'autocannon'

/** The command, kept on one core. */
function pinned(core, command, args) {
  return hasTaskset ? ['taskset', ['-c', String(core), command, ...args]] : [command, args]
}

/** Keep-alive load on a URL for so many seconds: how many requests were answered with 2xx, and in what time. */
export async function load(url, { seconds, connections }) {
  return client === 'wrk' ? wrk(url, seconds, connections) : cannon(url, seconds, connections)
}

async function wrk(url, seconds, connections) {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', url]
  const text = await output(...pinned(1, 'wrk', args))
  const [, requests, time, unit] = /(\d+) requests in ([\d.]+)(ms|s|m)/u.exec(text) ?? []
  if (requests === undefined) throw new Error(`wrk said:\n${text}`)
  if (/Non-2xx/u.test(text)) throw new Error(`not all answers were 2xx:\n${text}`)
  const scale = { ms: 0.001, s: 1, m: 60 }[unit]
  return {
    requests: Number(requests),
    seconds: Number(time) * scale,
    p99: milliseconds(/99%\s+(\S+)/u.exec(text)?.[1] ?? '0ms'),
  }
}

function milliseconds(text) {
  const [, value, unit] = /([\d.]+)(us|ms|s)/u.exec(text) ?? []
  return Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit]
}

async function cannon(url, seconds, connections) {
  const program = fileURLToPath(import.meta.resolve('autocannon'))
  const text = await output(
    ...pinned(1, process.execPath, [program, '-j', '-d', String(seconds), '-c', String(connections), url]),
  )
  const result = JSON.parse(text)
  if (result.non2xx > 0) throw new Error(`${result.non2xx} answers were not 2xx`)
  return { requests: result['2xx'], seconds: result.duration, p99: result.latency.p99 }
}

function output(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.setEncoding('utf-8').on('data', (part) => (text += part))
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve(text) : reject(new Error(`${command} ended with ${code}`))))
  })
}
