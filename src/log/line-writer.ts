// Lines to a descriptor, one write for each, synchronously: what was logged before a crash or an exit is
// with the kernel, and with O_APPEND lines of several processes never mix. No error of the descriptor
// reaches whoever logs: lines are lost then, counted, and standard error is told once.
// In place of pino's own destination, which keeps the lines of a full disk in memory, ends the process
// with an unhandled event, and sleeps a tenth of a second when a pipe is full.
import { writeSync } from 'node:fs'
import { complain } from './last-resort.ts'

/** How long a full pipe may hold up the process before its lines are lost: a reader that is stuck. */
const patienceMs = 10_000

let lostInAll = 0

/** Lines that this thread could not write anywhere since its start. */
export function lostLines(): number {
  return lostInAll
}

const clock = new Int32Array(new SharedArrayBuffer(4))

export class LineWriter {
  readonly #label: string
  #fd: number
  #lost = 0
  /** The last line was cut: the next begins on a line of its own. */
  #isTorn = false

  constructor(fd: number, label: string) {
    this.#fd = fd
    this.#label = label
  }

  get fd(): number {
    return this.#fd
  }

  /** Writes go there from now on; closing the former one is the caller's. */
  moveTo(fd: number): void {
    this.#fd = fd
    this.#isTorn = false
  }

  /** `text` ends with a newline. Never throws. */
  write(text: string): void {
    if (this.#lost > 0 || this.#isTorn) return this.#tryAgain(text)
    let written = 0
    try {
      written = writeSync(this.#fd, text)
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') return this.#lose(error)
    }
    // Bytes, not characters.
    if (written < Buffer.byteLength(text)) this.#writeRest(Buffer.from(text), written, patienceMs)
  }

  #tryAgain(text: string): void {
    // A descriptor that has failed gets no patience: every line would wait for it.
    const isWritten = this.#writeRest(
      Buffer.from(this.#isTorn ? `\n${text}` : text),
      0,
      this.#lost > 0 ? 0 : patienceMs,
    )
    if (!isWritten || this.#lost === 0) return
    complain(`${this.#label} can be written again, ${this.#lost} lines were lost`)
    this.#lost = 0
  }

  #writeRest(bytes: Buffer, from: number, waitMs: number): boolean {
    let written = from
    let waited = 0
    while (written < bytes.length) {
      try {
        written += writeSync(this.#fd, bytes, written)
        waited = 0
      } catch (error) {
        if (codeOf(error) !== 'EAGAIN' || waited >= waitMs) {
          if (written > 0) this.#isTorn = true
          this.#lose(error)
          return false
        }
        Atomics.wait(clock, 0, 0, 1)
        waited += 1
      }
    }
    this.#isTorn = false
    return true
  }

  #lose(error: unknown): void {
    this.#lost += 1
    lostInAll += 1
    if (this.#lost > 1 || this.#fd === 2) return
    const reason = error instanceof Error ? error.message : String(error)
    complain(`${this.#label} cannot be written: ${reason}; lines are lost until it can`)
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
