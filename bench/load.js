// Load from a process of its own: wrk where it is installed, else autocannon. Bounded in time,
// loopback only. Server and client are kept on different cores where taskset is there.
import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0
const hasTaskset = has('taskset')
export const client = has('wrk') ? 'wrk' : 'autocannon'

/** The command, kept on one core. */
function pinned(core, command, args) {
  return hasTaskset && core !== null ? ['taskset', ['-c', String(core), command, ...args]] : [command, args]
}

/**
 * Load on a URL for so many seconds: how many requests were answered with 2xx, and in what time. `isFresh`: each on a connection of
 * its own; `core` null: on any.
 */
export async function load(url, { seconds, connections, isFresh = false, core = 1, headers = {} }) {
  const asked = { url, seconds, connections, isFresh, core, headers }
  return client === 'wrk' ? wrk(asked) : cannon(asked)
}

async function wrk({ url, seconds, connections, isFresh, core, headers }) {
  const all = { ...headers, ...(isFresh && { Connection: 'close' }) }
  const sent = Object.entries(all).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', ...sent, url]
  const text = await output(...pinned(core, 'wrk', args))
  const [, requests, time, unit] = /(\d+) requests in ([\d.]+)(ms|s|m)/u.exec(text) ?? []
  if (requests === undefined) throw new Error(`wrk said:\n${text}`)
  if (/Non-2xx/u.test(text)) throw new Error(`not all answers were 2xx:\n${text}`)
  const scale = { ms: 0.001, s: 1, m: 60 }[unit]
  return {
    requests: Number(requests),
    seconds: Number(time) * scale,
    p99: milliseconds(/^\s+99%\s+(\S+)/mu.exec(text)?.[1] ?? '0ms'),
  }
}

function milliseconds(text) {
  const [, value, unit] = /([\d.]+)(us|ms|s)/u.exec(text) ?? []
  return Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit]
}

async function cannon({ url, seconds, connections, isFresh, core, headers }) {
  const program = fileURLToPath(import.meta.resolve('autocannon'))
  const sent = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}=${value}`])
  const fresh = [...(isFresh ? ['-D', '1'] : []), ...sent]
  const args = [program, '-j', '-d', String(seconds), '-c', String(connections), ...fresh, url]
  const text = await output(...pinned(core, process.execPath, args))
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
