// The files and folders of one command line, in the order in which they count. Reads them, at the start and
// at every reload; what the standard folders hold is looked up once, so that a reload reads the same files.
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Diagnostic, diagnostic, isSlipwayError } from '../errors.ts'
import { readText } from '../ini/index.ts'
import { defaultPlaces, expandHome, filesOfFolder, type SearchFor, standardFolders } from './find-files.ts'
import type { Given } from './flags.ts'
import { problemsOf, reportOf, withOriginal } from './report.ts'
import { type Source, Sources } from './sources.ts'

export interface Search extends SearchFor {
  readonly defaultFiles?: readonly string[] | undefined
  readonly defaultFolders?: readonly string[] | undefined
}

export interface LocalReading {
  readonly timeline: readonly Source[]
  /** Where a file that the configuration names is looked for (oslo.config's find_file). */
  readonly folders: readonly string[]
}

/** A named file drops the default files, a named folder the default folders; default folders stay below a named file. */
export class Places {
  readonly #search: Search
  readonly #given: readonly Given[]
  readonly #defaultFiles: readonly string[]
  readonly #defaultFolders: readonly string[]

  constructor(search: Search, given: readonly Given[]) {
    this.#search = search
    this.#given = given
    const names = (kind: Given['kind']): boolean => given.some((one) => one.kind === kind)
    const { defaultFiles, defaultFolders, env } = search
    this.#defaultFiles = names('config-file') ? [] : (defaultFiles ?? defaultPlaces(search, '.conf'))
    const folders = names('config-dir') ? [] : (defaultFolders ?? defaultPlaces(search, '.conf.d'))
    this.#defaultFolders = folders.filter((folder) => existsSync(expandHome(folder, env)))
  }

  /** @throws SlipwayError with every file that is missing or cannot be read, and every bad line of the others */
  read(): LocalReading {
    const { env, project } = this.#search
    const reader = new PlaceReader()
    const expand = (path: string): string => expandHome(path, env)
    for (const file of this.#defaultFiles) reader.file(expand(file), null)
    for (const folder of this.#defaultFolders) reader.folder(expand(folder), null)
    for (const given of this.#given) {
      if (given.kind === 'flag') reader.timeline.push(given)
      else if (given.kind === 'config-file') reader.file(expand(given.path), '--config-file')
      else if (given.kind === 'config-dir') reader.folder(expand(given.path), '--config-dir')
    }
    reader.finish()
    const beside = reader.files.toReversed().map((file) => dirname(file))
    const folders = [...reader.folders, ...beside, ...standardFolders({ project, env })]
    return { timeline: reader.timeline, folders: [...new Set(folders.map((folder) => resolve(folder)))] }
  }
}

class PlaceReader {
  readonly timeline: Source[] = []
  readonly files: string[] = []
  readonly folders: string[] = []
  readonly #missing: string[] = []
  readonly #problems: Diagnostic[] = []

  file(file: string, flag: string | null): void {
    this.files.push(file)
    this.#take(file, flag)
  }

  folder(folder: string, flag: string | null): void {
    this.folders.push(folder)
    let files: string[]
    try {
      files = filesOfFolder(folder)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      const isMissing = code === 'ENOENT' || code === 'ENOTDIR'
      const fault = isMissing ? 'does not exist' : `cannot be read: ${message}`
      const what = isMissing ? 'SLIPWAY_INPUT_MISSING' : 'SLIPWAY_INPUT_UNREADABLE'
      const parts = { where: { file: folder }, ...namedBy(flag) }
      const problem = diagnostic('error', what, `configuration folder "${folder}" ${fault}`, parts)
      this.#problems.push(withOriginal(problem, `Failed to read config file directory: ${folder}`))
      return
    }
    for (const file of files) this.#take(file, flag)
  }

  finish(): void {
    const [first] = this.#problems
    if (!first) return
    if (first.code === 'SLIPWAY_INPUT_MISSING' && this.#missing.length > 0) {
      withOriginal(first, `Failed to find some config files: ${this.#missing.join(',')}`)
    }
    throw reportOf([...this.#problems, ...this.#badLines()])
  }

  /** The files that could be read are looked at as well: one report for all. */
  #badLines(): readonly Diagnostic[] {
    try {
      void new Sources({ timeline: this.timeline, env: {}, references: {}, sourceGroups: [], notes: [] })
      return []
    } catch (error) {
      if (!isSlipwayError(error)) throw error
      return problemsOf(error)
    }
  }

  #take(file: string, flag: string | null): void {
    try {
      const text = readText(file, { purpose: 'configuration file', ...namedBy(flag) })
      this.timeline.push({ kind: 'file', file, text })
    } catch (error) {
      if (!isSlipwayError(error)) throw error
      if (error.code === 'SLIPWAY_INPUT_MISSING') this.#missing.push(file)
      this.#problems.push(...error.problems.map(withoutValue))
    }
  }
}

/** A line that cannot be decoded may hold a password. */
function withoutValue(problem: Diagnostic): Diagnostic {
  const text = problem.where?.text
  if (!problem.where || text === undefined) return problem
  const separator = text.search(/[:=]/u)
  return {
    ...problem,
    where: { ...problem.where, text: separator === -1 ? text : `${text.slice(0, separator + 1)} …` },
  }
}

function namedBy(flag: string | null): { hint?: string } {
  return flag === null ? {} : { hint: `it was named by ${flag}` }
}
