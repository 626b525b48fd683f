// The built command as a process. Ends what a failed test would leave behind, by its pid.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { ownDatabase, root } from './folder.ts'

export interface LogLine {
  readonly level: string
  readonly msg: string
  readonly [field: string]: unknown
}

export interface Ended {
  readonly status: number | null
  readonly output: string
  readonly errors: string
}

export class RunningServer {
  readonly lines: LogLine[] = []
  readonly ended: Promise<Ended>
  readonly #process: ChildProcess
  #output = ''
  #errors = ''
  #hasEnded = false
  #wake: () => void = () => undefined

  /** In its own process group, so that its workers can be ended with it. */
  constructor(variables: Readonly<Record<string, string>>, ...flags: string[]) {
    const command = join(root, 'bin/service-server.js')
    const env = { ...process.env, NO_COLOR: '1', ...ownDatabase, ...variables }
    const child = spawn(process.execPath, [command, ...flags], {
      cwd: root,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#process = child
    child.stderr.on('data', (piece: Buffer) => (this.#errors += piece.toString()))
    createInterface(child.stdout).on('line', (line) => {
      this.#output += `${line}\n`
      if (line.startsWith('{')) this.lines.push(JSON.parse(line) as LogLine)
      this.#wake()
    })
    this.ended = once(child, 'close').then(([status]) => {
      this.#hasEnded = true
      this.#wake()
      return { status: status as number | null, output: this.#output, errors: this.#errors }
    })
    onTestFinished(async () => {
      if (!this.#hasEnded && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      await this.ended
    })
  }

  /** The first line that fits, present or to come; the time limit of the test is the deadline. */
  async line(fits: (line: LogLine) => boolean): Promise<LogLine> {
    for (;;) {
      const found = this.lines.find(fits)
      if (found) return found
      if (this.#hasEnded) throw new Error(`it ended without the line:\n${this.#output}${this.#errors}`)
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** Where it answers, once it is ready. */
  async url(): Promise<string> {
    await this.line(({ msg }) => msg.startsWith('ready in'))
    const { msg } = await this.line(({ msg }) => msg.startsWith('listening on'))
    return msg.replace('listening on ', '')
  }

  stop(): Promise<Ended> {
    this.#process.kill('SIGTERM')
    return this.ended
  }
}
