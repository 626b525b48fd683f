// The log files that this process has open, each once however many loggers write it. A file that was
// renamed or removed is opened anew under its name: within a second by itself, as oslo.log's watching
// handler does, or at once by reopenLogs. Lines go to the old file until then; none is lost.
import { closeSync, fstatSync, openSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { SlipwayError } from '../errors.ts'
import { complain } from './last-resort.ts'
import { LineWriter } from './line-writer.ts'
import type { Rotation } from './rotation.ts'

const watchMs = 1000

export class LogFile {
  readonly path: string
  readonly #writer: LineWriter
  #rotation: Rotation | null = null
  #isInTrouble = false

  /** @throws SlipwayError SLIPWAY_LOG_FILE */
  constructor(path: string) {
    this.path = path
    this.#writer = new LineWriter(openToAppend(path), `log file "${path}"`)
  }

  /** One write for a line, behind whatever others have written. */
  write(line: string): void {
    this.#writer.write(line)
  }

  /** From now on this process, and it alone, renames the file when it is due. */
  rotateBy(rotation: Rotation): void {
    this.#rotation = rotation
  }

  /** Opens the file of this name, made anew if need be; the one before is kept when that fails. Never throws. */
  reopen(): void {
    this.#carefully(() => {
      const former = this.#writer.fd
      this.#writer.moveTo(openSync(this.path, 'a'))
      closeSync(former)
    })
  }

  /** What happens every second, apart from the lines. Never throws. */
  watch(now: Date): void {
    this.#carefully(() => {
      const isRenamed = this.#rotation?.rotate(this.path, fstatSync(this.#writer.fd), now) ?? false
      if (isRenamed || this.#isElsewhere()) this.reopen()
      else this.#isInTrouble = false
    })
  }

  #carefully(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (!this.#isInTrouble) complain(`log file "${this.path}" cannot be looked after: ${(error as Error).message}`)
      this.#isInTrouble = true
    }
  }

  #isElsewhere(): boolean {
    const named = statSync(this.path, { bigint: true, throwIfNoEntry: false })
    const open = fstatSync(this.#writer.fd, { bigint: true })
    return named === undefined || named.ino !== open.ino || named.dev !== open.dev
  }
}

const files = new Map<string, LogFile>()
let watching: NodeJS.Timeout | null = null

/** @throws SlipwayError SLIPWAY_LOG_FILE */
export function openLogFile(path: string): LogFile {
  const name = resolve(path)
  const known = files.get(name)
  if (known) return known
  const file = new LogFile(name)
  files.set(name, file)
  watching ??= setInterval(watchAll, watchMs).unref()
  return file
}

/**
 * Opens the log files of this process by their names again: what a launcher does at USR1, which logrotate sends after it
 * has renamed them. Those of worker processes are theirs to open. Never throws; what fails is told on standard error.
 */
export function reopenLogs(): void {
  for (const file of files.values()) file.reopen()
}

function watchAll(): void {
  const now = new Date()
  for (const file of files.values()) file.watch(now)
}

function openToAppend(path: string): number {
  try {
    return openSync(path, 'a')
  } catch (error) {
    throw new SlipwayError('SLIPWAY_LOG_FILE', `log file "${path}" cannot be opened: ${(error as Error).message}`, {
      expected: 'a file in a folder that exists, writable for this user',
      hint: 'see the options log_file and log_dir',
      cause: error,
    })
  }
}
