// The log files that this process has open, each once however many loggers write it. A file that was
// renamed or removed is opened anew under its name: within a second by itself, as oslo.log's watching
// handler does, or at once by reopenLogs. Lines go to the old file until then; none is lost.
import { closeSync, fchownSync, fstatSync, openSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { SlipwayError } from '../errors.ts'
import { complain } from './last-resort.ts'
import { LineWriter } from './line-writer.ts'
import type { Rotation } from './rotation.ts'

const watchMs = 1000

export interface FileOwner {
  readonly uid: number
  readonly gid: number
}

export class LogFile {
  readonly path: string
  readonly #owner: FileOwner | null
  readonly #writer: LineWriter
  #rotation: Rotation | null = null
  #isInTrouble = false

  /** @throws SlipwayError SLIPWAY_LOG_FILE */
  constructor(path: string, owner: FileOwner | null = null) {
    this.path = path
    this.#owner = owner
    this.#writer = new LineWriter(requireOpen(path, owner), `log file "${path}"`)
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
      this.#writer.moveTo(openToAppend(this.path, this.#owner))
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

/**
 * @param owner whose the file is when this process makes it; one that is there keeps its own
 * @throws SlipwayError SLIPWAY_LOG_FILE
 */
export function openLogFile(path: string, owner: FileOwner | null = null): LogFile {
  const name = resolve(path)
  const known = files.get(name)
  if (known) return known
  const file = new LogFile(name, owner)
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

function requireOpen(path: string, owner: FileOwner | null): number {
  try {
    return openToAppend(path, owner)
  } catch (error) {
    throw new SlipwayError('SLIPWAY_LOG_FILE', `log file "${path}" cannot be opened: ${(error as Error).message}`, {
      expected: 'a file in a folder that exists, writable for this user',
      hint: 'see the options log_file and log_dir',
      cause: error,
    })
  }
}

function openToAppend(path: string, owner: FileOwner | null): number {
  const made = owner === null ? null : makeFor(path, owner)
  return made ?? openSync(path, 'a')
}

/** Null when it is there: a file that this process has not made may be a link to somebody else's, and is not given away. */
function makeFor(path: string, { uid, gid }: FileOwner): number | null {
  let fd: number
  try {
    fd = openSync(path, 'ax')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null
    throw error
  }
  fchownSync(fd, uid, gid)
  return fd
}
