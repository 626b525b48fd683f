// A program on a terminal of its own: script(1) opens it, so that isatty, line editing and the tab key are real.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

/** script(1) of util-linux; that of BSD has other flags. */
export const hasPty = /util-linux/u.test(spawnSync('script', ['--version'], { encoding: 'utf-8' }).stdout ?? '')

/** Whether a program is installed. */
export function hasProgram(name: string): boolean {
  return spawnSync(name, ['--version']).error === undefined
}

export interface Pty {
  write(text: string): void
  /** What has been written since the last call, up to and with the first match; the rest is for the next. */
  until(pattern: RegExp): Promise<string>
  /** Ends the input, and resolves with the exit status. */
  end(): Promise<number | null>
}

export function openPty(command: string, options: { cwd: string; env: NodeJS.ProcessEnv }): Pty {
  const child = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
    ...options,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  onTestFinished(async () => {
    if (child.exitCode === null) child.kill('SIGKILL')
    await closed
  })
  let pending = ''
  let wake = (): void => undefined
  child.stdout.on('data', (chunk: Buffer) => {
    pending += chunk.toString()
    wake()
  })
  return {
    write: (text) => void child.stdin.write(text),
    async until(pattern) {
      for (;;) {
        const match = pattern.exec(pending)
        if (match) {
          const end = match.index + match[0].length
          const seen = pending.slice(0, end)
          pending = pending.slice(end)
          return seen
        }
        const isOver = await Promise.race([
          new Promise<false>((resolve) => (wake = () => resolve(false))),
          closed.then(() => true),
          new Promise<never>((_, reject) => {
            setTimeout(() => reject(new Error(`no ${String(pattern)} in: ${JSON.stringify(pending)}`)), 45_000).unref()
          }),
        ])
        if (isOver && !pattern.test(pending)) {
          throw new Error(`ended without ${String(pattern)}: ${JSON.stringify(pending)}`)
        }
      }
    },
    async end() {
      child.stdin.end()
      const [status] = (await closed) as [number | null]
      return status
    },
  }
}
