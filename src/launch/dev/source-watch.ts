// Which files of a project change: single ones wherever they are, and the code below folders. One watch of the system per folder:
// the recursive one of Node misses the second time that an editor puts a new file in the place of an old one, and goes through
// node_modules (Node 20 to 24). Runs in the master, in development only.
import { type FSWatcher, readdirSync, watch } from 'node:fs'
import { basename, dirname, extname, join, sep } from 'node:path'
import { isFolder } from '../../ini/path-kind.ts'

/** Paths are absolute. */
export interface Watched {
  readonly files: readonly string[]
  /** With the folders in them, but for node_modules and those that begin with a dot. */
  readonly folders: readonly string[]
}

export interface SourceWatchParts {
  /** All that changed, once it has been quiet for a moment. */
  readonly onChange: (files: readonly string[]) => void
  /** A folder that cannot be watched. */
  readonly onFault: (folder: string, error: Error) => void
  readonly quietMs?: number
}

/** What a start reads. Data that a service itself may write (.json, .log, a database) would make it reload for ever. */
const sources = new Set(['.js', '.mjs', '.cjs', '.ini', '.conf', '.cfg', '.toml', '.yaml', '.yml', '.wasm', '.node'])
const typed = ['.ts', '.mts', '.cts']

/** A save comes as several events, a build as many files. */
const usualQuietMs = 150

export class SourceWatch {
  readonly #parts: SourceWatchParts
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #changed = new Set<string>()
  #files: ReadonlySet<string> = new Set()
  /** Those below the folders; others are watched for single files. */
  readonly #trees = new Set<string>()
  #timer: NodeJS.Timeout | undefined

  constructor(parts: SourceWatchParts) {
    this.#parts = parts
    if ('typescript' in process.features && process.features.typescript) for (const one of typed) sources.add(one)
  }

  /** What is watched from here on; may be called again. */
  follow({ files, folders }: Watched): void {
    this.#files = new Set(files)
    for (const folder of folders) this.#addTree(folder)
    for (const file of files) this.#add(dirname(file))
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  /** Returns the sources in it, which are news if it is a new folder. */
  #addTree(folder: string): string[] {
    if (this.#trees.has(folder)) return []
    this.#trees.add(folder)
    // Watched first: what comes while it is read is seen twice rather than never.
    this.#add(folder)
    return entriesOf(folder).flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return isLeftOut(entry.name) ? [] : this.#addTree(path)
      return isSource(entry.name) ? [path] : []
    })
  }

  #add(folder: string): void {
    if (this.#watchers.has(folder)) return
    try {
      const watcher = watch(folder, { persistent: false })
      watcher.on('change', (kind, name) => this.#onEvent(folder, String(name ?? ''), kind))
      watcher.on('error', (error) => this.#drop(folder, error))
      this.#watchers.set(folder, watcher)
    } catch (error) {
      this.#drop(folder, error as Error)
    }
  }

  /** With the folders below: by their names there may be others by now. */
  #drop(folder: string, error: Error | null): void {
    for (const one of [folder, ...this.#trees]) {
      if (one !== folder && !one.startsWith(`${folder}${sep}`)) continue
      this.#watchers.get(one)?.close()
      this.#watchers.delete(one)
      this.#trees.delete(one)
    }
    if (error !== null) this.#parts.onFault(folder, error)
  }

  #onEvent(folder: string, name: string, kind: string): void {
    const path = join(folder, name)
    if (this.#files.has(path)) return this.#note([path])
    if (!this.#trees.has(folder) || isLeftOut(name)) return
    if (isSource(name)) return this.#note([path])
    if (isFolder(path)) this.#note(this.#addTree(path))
    else if (this.#trees.has(path)) this.#drop(path, null)
    else if (kind === 'rename' && name === basename(folder)) this.#onGone(folder)
  }

  /** The system names the watched folder itself when it goes; a checkout or a build may have put another in its place by then. */
  #onGone(folder: string): void {
    this.#drop(folder, null)
    if (isFolder(folder)) this.#note(this.#addTree(folder))
  }

  #note(files: readonly string[]): void {
    if (files.length === 0) return
    for (const file of files) this.#changed.add(file)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      const all = [...this.#changed]
      this.#changed.clear()
      this.#parts.onChange(all)
    }, this.#parts.quietMs ?? usualQuietMs)
  }
}

function isLeftOut(name: string): boolean {
  return name === 'node_modules' || name.startsWith('.')
}

function isSource(name: string): boolean {
  return sources.has(extname(name)) && !basename(name).startsWith('.')
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    // It has gone since somebody named it.
    return []
  }
}
