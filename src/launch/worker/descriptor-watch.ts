// Says in the log when the process has no file descriptor left. The event loop accepts and closes at once what it cannot
// keep, and tells nobody: the service stays up, and its clients only see connections that end. Runs in each worker.
import { closeSync, openSync, readFileSync } from 'node:fs'
import type { Logger } from '../../log/index.ts'

const lookMs = 1000
const sayAgainMs = 60_000

export class DescriptorWatch {
  readonly #log: Logger
  readonly #limit = limitOf()
  readonly #timer: NodeJS.Timeout
  #isShort = false
  #saidAt = -Infinity

  constructor(log: Logger) {
    this.#log = log
    this.#timer = setInterval(() => this.#look(), lookMs).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    try {
      closeSync(openSync('/dev/null', 'r'))
      if (this.#isShort) this.#log.info('there are file descriptors again: connections are accepted')
      this.#isShort = false
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code !== 'EMFILE' && code !== 'ENFILE') return this.#log.debug(`descriptors cannot be watched: ${message}`)
      this.#isShort = true
      this.#say(code)
    }
  }

  #say(code: 'EMFILE' | 'ENFILE'): void {
    if (performance.now() - this.#saidAt < sayAgainMs) return
    this.#saidAt = performance.now()
    const whose =
      code === 'EMFILE' ? `this process may have ${this.#limit ?? 'no more'}` : 'the whole system has none left'
    this.#log.warn(
      { code, hint: 'raise it: LimitNOFILE= in the unit, ulimit -n' },
      `no file descriptor is left (${whose}): new connections are closed at once`,
    )
  }
}

/** Read while there is a descriptor to read it with. */
function limitOf(): string | null {
  try {
    return /^Max open files +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? null
  } catch {
    // Not on this system; the line does without the number.
    return null
  }
}
