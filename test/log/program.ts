import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

// What is built runs: Node 20 starts no TypeScript.
const room = new URL('../../dist/log/index.js', import.meta.url).href

export interface Program {
  readonly child: ChildProcess
  /** What it has written so far. */
  readonly output: { stdout: string; stderr: string }
  /** Until standard error or standard output holds this text. */
  said(text: string): Promise<void>
  /** The exit status, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

interface ProgramOptions {
  /** Known to the code as `given`. */
  readonly given?: unknown
  readonly env?: Record<string, string>
  readonly stdio?: StdioOptions
}

/** Runs the code in a process of its own, with what the log room exports at hand. It is killed when the test is over. */
export function program(code: string, { given = null, env = {}, stdio }: ProgramOptions = {}): Program {
  const text = `const room = ${JSON.stringify(room)}; const given = ${JSON.stringify(given)};
    const log = await import(room); const { createLogger, reopenLogs, runInContext } = log;
    ${code}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', text], {
    stdio: stdio ?? ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
  })
  const output = { stdout: '', stderr: '' }
  let wake = (): void => undefined
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    output.stdout += part
    wake()
  })
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    output.stderr += part
    wake()
  })
  const ended = once(child, 'close').then(([status, signal]) => (status ?? signal) as number | NodeJS.Signals)
  let hasEnded = false
  void ended.then(() => {
    hasEnded = true
    wake()
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const said = async (text: string): Promise<void> => {
    while (!output.stdout.includes(text) && !output.stderr.includes(text)) {
      if (hasEnded) throw new Error(`ended without saying ${text}:\n${output.stderr}`)
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return { child, output, said, ended }
}
