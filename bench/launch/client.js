// Clients in a process of their own that count every failure: `client.js PORT PATH JSON`, the JSON a list of
// {name, clients, isFresh, thinkMs, everyMs}. Ends, and tells the counts, when its standard input ends. Sockets by hand: no
// HTTP library tries again or hides a reset.
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const [port, path, json] = process.argv.slice(2)
const hangMs = 5000
const switchOff = new AbortController()
const { signal: switchedOff } = switchOff

/** A connection with one request at a time. */
class Connection {
  #socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true })
  #text = ''
  #settle = () => undefined
  #path
  /** Nothing more can be asked. */
  isOver = false

  constructor(path) {
    this.#path = path
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (part) => {
      this.#text += part
      if (isWhole(this.#text)) this.#answered()
    })
    this.#socket.on('error', (error) => this.#end(error.code))
    this.#socket.on('close', () => this.#end('closed without an answer'))
    // The other side closes: what was not asked yet is asked on another connection.
    this.#socket.on('end', () => (this.isOver = true))
  }

  /** Null when it was answered with 200, else what went wrong. */
  ask(isLast) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#end('hangs'), hangMs)
      this.#settle = (failure) => {
        clearTimeout(timer)
        this.#settle = () => undefined
        resolve(failure)
      }
      const close = isLast ? 'Connection: close\r\n' : ''
      this.#socket.write(`GET ${this.#path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${close}\r\n`)
    })
  }

  close() {
    this.isOver = true
    this.#socket.destroy()
  }

  #answered() {
    const head = this.#text.slice(0, this.#text.indexOf('\r\n\r\n'))
    this.#text = ''
    if (/^connection:\s*close/imu.test(head)) this.close()
    this.#settle(/^HTTP\/1\.[01] 200/u.test(head) ? null : head.slice(0, head.indexOf('\r\n')))
  }

  #end(failure) {
    this.close()
    this.#settle(failure)
  }
}

function isWhole(text) {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return false
  const length = /^content-length:\s*(\d+)/imu.exec(text.slice(0, end))?.[1]
  return length === undefined ? text.endsWith('0\r\n\r\n') : text.length >= end + 4 + Number(length)
}

async function client({ isFresh = false, thinkMs = 0, everyMs = 0, path: own = path }, counts) {
  let connection = null
  while (!switchedOff.aborted) {
    const begin = performance.now()
    if (connection === null || connection.isOver) connection = new Connection(own)
    const failure = await connection.ask(isFresh)
    const ms = performance.now() - begin
    if (failure === null) counts.ms.push(ms)
    else counts.failures.push(failure)
    if (isFresh) connection.close()
    if (failure === 'ECONNREFUSED') await sleep(10)
    if (everyMs > 0) await sleep(Math.max(0, everyMs - ms))
    else if (thinkMs > 0) await sleep(thinkMs * (0.5 + Math.random()))
  }
  connection?.close()
}

const groups = JSON.parse(json).map((group) => ({ ...group, counts: { ms: [], failures: [] } }))
process.stdin.on('end', () => switchOff.abort()).resume()
await Promise.all(groups.flatMap((group) => Array.from({ length: group.clients }, () => client(group, group.counts))))
const part = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null
const told = groups.map(({ name, counts: { ms, failures } }) => {
  ms.sort((a, b) => a - b)
  const kinds = {}
  for (const failure of failures) kinds[failure] = (kinds[failure] ?? 0) + 1
  return [name, { answered: ms.length, failed: failures.length, kinds, p50: part(ms, 0.5), p99: part(ms, 0.99) }]
})
process.stdout.write(JSON.stringify(Object.fromEntries(told)))
