// One server of the bench from its start to its end. What it starts is ended by pid, whatever happens.
import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { whenBroken } from '../ending.js'
import { cpuTime, proportionalSize, tree } from './processes.js'

const startMs = 30_000
const reloadMs = 60_000
const stopMs = 5000

export class Server {
  #peer
  #folder = mkdtempSync(join(tmpdir(), 'bench-'))
  #child
  #ended
  #hasEnded = false
  #released = () => undefined
  port

  constructor(peer) {
    this.#peer = peer
  }

  /** Starts it, on one core when that is asked; the milliseconds until it has answered for the first time. */
  async start({ workers, core }) {
    this.port = await freePort()
    const { command, args, env, cwd } = this.#peer.start({ workers, port: this.port, folder: this.#folder })
    const output = openSync(this.#log, 'a')
    const begin = performance.now()
    this.#child = spawn(
      ...(core === undefined ? [command, args] : ['taskset', ['-c', String(core), command, ...args]]),
      { stdio: ['ignore', output, output], env, cwd: cwd ?? this.#folder },
    )
    closeSync(output)
    this.#released = whenBroken(() => this.#kill(tree(this.#child.pid)))
    this.#ended = new Promise((resolve) => this.#child.once('close', resolve).once('error', resolve))
    void this.#ended.then(() => (this.#hasEnded = true))
    while (!(await answers(this.port, this.#peer.path))) {
      if (this.#hasEnded || performance.now() - begin > startMs) throw this.#failure('did not start')
      await sleep(1)
    }
    return performance.now() - begin
  }

  get url() {
    return `http://127.0.0.1:${this.port}${this.#peer.path}`
  }

  get path() {
    return this.#peer.path
  }

  /** Microseconds of all its processes so far. */
  cpu() {
    return cpuTime(tree(this.#child.pid))
  }

  /** MB of its processes, in shares: of a worker on average (of the only process where there is but one), and of all. */
  memory() {
    const [root, ...others] = proportionalSize(tree(this.#child.pid))
    const sum = others.reduce((total, one) => total + one, 0)
    return { worker: others.length === 0 ? null : sum / others.length, all: root + sum }
  }

  /** Orders a reload and waits until it is done. */
  async reload() {
    const { reload, reloaded } = this.#peer
    const before = tree(this.#child.pid)
    const told = count(this.#output, reloaded)
    const deadline = performance.now() + reloadMs
    if (typeof reload === 'string') this.#child.kill(reload)
    else await run(reload({ folder: this.#folder, pid: this.#child.pid }))
    while (!(reloaded ? count(this.#output, reloaded) > told : this.#areOthers(before))) {
      if (this.#hasEnded || performance.now() > deadline) throw this.#failure('did not reload')
      await sleep(20)
    }
  }

  /** Ends it: asked first, killed when it does not go. */
  async stop() {
    if (this.#child?.pid !== undefined) {
      const pids = tree(this.#child.pid)
      this.#child.kill('SIGTERM')
      await Promise.race([this.#ended, sleep(stopMs)])
      this.#kill(pids)
      await this.#ended
    }
    this.#released()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #kill(pids) {
    for (const pid of pids) killIfThere(pid)
  }

  get #log() {
    return join(this.#folder, 'output')
  }

  get #output() {
    return readFileSync(this.#log, 'utf-8')
  }

  /** A peer whose workers are threads has none: its command has waited. */
  #areOthers(before) {
    const [, ...now] = tree(this.#child.pid)
    return before.length === 1 || (now.length >= before.length - 1 && !now.some((pid) => before.includes(pid)))
  }

  #failure(what) {
    return new Error(`${this.#peer.title} ${what}:\n${this.#output.trimEnd().slice(-500)}`)
  }
}

function count(text, pattern) {
  return pattern === undefined ? 0 : text.split(pattern).length - 1
}

/** A pid of the tree that was seen a moment ago. */
function killIfThere(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

/** A command of a peer that talks to its server; bounded. */
function run({ command, args, env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env, timeout: reloadMs })
    let told = ''
    child.stderr.on('data', (part) => (told += part))
    child.on('error', reject)
    child.on('close', (status) => (status === 0 ? resolve() : reject(new Error(`${args.join(' ')}: ${told}`))))
  })
}

/** Whether a new connection is answered with 200. */
function answers(port, path) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.setTimeout(2000, () => socket.destroy())
    socket.on('connect', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`))
    socket.once('data', (part) => {
      socket.destroy()
      resolve(part.toString('latin1').split('\r\n')[0].includes(' 200 '))
    })
    socket.on('error', () => resolve(false))
    socket.on('close', () => resolve(false))
  })
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
