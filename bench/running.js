// The reference service as a process, for the soak and the leak runs: its log lines as they come, the pid of its master (which
// an upgrade changes), its end. What it starts is ended by pid, whatever happens.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { whenBroken } from './ending.js'
import { bornAt, tree } from './launch/processes.js'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const longestMs = 60_000
const pollMs = 20

/** Whether the built service has an option (`#worker_model =`) or a group (`[ssl]`). */
export function hasOption(text) {
  return readFileSync(here('../etc/service/service.conf.sample'), 'utf-8').includes(`\n${text}`)
}

/** Whether the built command has a verb. */
export function hasVerb(name) {
  return spawnSync(process.execPath, [here('../bin/slipway.js'), name, '--help']).status === 0
}

export class Running {
  lines = []
  folder = mkdtempSync(join(tmpdir(), 'soak-'))
  #wake = () => undefined
  #child
  /** Of all that was seen, when each was started. */
  #born = new Map()
  #released = whenBroken(() => this.end())

  /** `settings`: lines of a configuration file, made for the folder that it stands in; `nodeFlags`: for the master. */
  constructor({ workers, settings = () => [], nodeFlags = [], env = {} }) {
    const file = join(this.folder, 'soak.conf')
    const own = ['[DEFAULT]', `pid_file = ${this.#pidFile}`, `control_socket = ${this.controlSocket}`]
    writeFileSync(file, [...own, ...settings(this.folder), ''].join('\n'))
    const files = ['--config-file', here('../etc/service/service.conf'), '--config-file', file]
    const flags = [...files, '--listen', '127.0.0.1:0', '--workers', String(workers)]
    this.#child = spawn(process.execPath, [...nodeFlags, here('../bin/service-server.js'), ...flags], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: { ...process.env, OS_DATABASE__CONNECTION: 'sqlite://', ...env },
      detached: true,
    })
    createInterface(this.#child.stdout).on('line', (line) => {
      this.lines.push(JSON.parse(line).msg)
      this.#wake()
    })
    this.ended = new Promise((resolve) => this.#child.once('exit', (status, signal) => resolve(status ?? signal)))
  }

  /** Of the master that serves now. */
  get pid() {
    return Number(readFileSync(this.#pidFile, 'utf-8'))
  }

  get controlSocket() {
    return join(this.folder, 'control.sock')
  }

  get #pidFile() {
    return join(this.folder, 'pid')
  }

  /** Asks the probe that a flag has loaded into the master (bench/leak/probe.js). */
  ask(question) {
    return new Promise((resolve) => {
      this.#child.once('message', resolve)
      this.#child.send(question)
    })
  }

  async ready() {
    await this.line(/^ready in/)
    const [url] = /https?:\S+/.exec(await this.line(/^listening on/))
    return url
  }

  /** The first line that matches after the first `from`. */
  async line(pattern, from = 0) {
    const deadline = performance.now() + longestMs
    for (;;) {
      const found = this.lines.slice(from).find((line) => pattern.test(line))
      if (found !== undefined) return found
      if (performance.now() > deadline) throw new Error(`no line like ${pattern}:\n${this.lines.join('\n')}`)
      await Promise.race([new Promise((resolve) => (this.#wake = resolve)), sleep(100)])
    }
  }

  /** Sends a signal to the master and waits for the line that answers it. */
  async signal(signal, pattern) {
    const from = this.lines.length
    process.kill(this.pid, signal)
    return this.line(pattern, from)
  }

  async reload() {
    const line = await this.signal('SIGHUP', /^reloaded in|^reload refused|^reload failed/)
    if (!line.startsWith('reloaded')) throw new Error(line)
  }

  /** Its worker processes. */
  get workers() {
    const [, ...workers] = tree(this.pid)
    return workers
  }

  /** Stops it and waits until its last process is gone. */
  async stop() {
    const { pid } = this
    this.#remember()
    process.kill(pid, 'SIGTERM')
    const deadline = performance.now() + longestMs
    while (this.#left.length > 0) {
      if (performance.now() > deadline) throw new Error(`it does not end:\n${this.lines.slice(-20).join('\n')}`)
      await sleep(pollMs)
    }
  }

  /** Ends what is left of it. */
  end() {
    this.#released()
    this.#remember()
    for (const pid of this.#left) process.kill(pid, 'SIGKILL')
    rmSync(this.folder, { recursive: true })
  }

  #remember() {
    const note = (pid) => this.#born.set(pid, bornAt(pid))
    tree(this.#child.pid).forEach(note)
    try {
      tree(this.pid).forEach(note)
    } catch (error) {
      // Without its file it has ended, or never begun.
      if (error.code !== 'ENOENT') throw error
    }
  }

  /** The pids that still are who they were. */
  get #left() {
    return [...this.#born].filter(([pid, born]) => born !== null && bornAt(pid) === born).map(([pid]) => pid)
  }
}
