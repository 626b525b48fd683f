// The start of every command: flags, files and environment → a checked configuration, or every problem
// at once. The only place of the package that reads process.env.
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Diagnostic, diagnostic, errorOf, isSlipwayError } from '../errors.ts'
import { readText } from '../ini/index.ts'
import { type CommandLine, type Given, parseCommandLine } from './command-line.ts'
import { Config } from './config.ts'
import { defaultPlaces, expandHome, filesOfFolder, standardFolders } from './find-files.ts'
import type { OptionGroup } from './option.ts'
import { Registry } from './registry.ts'
import type { Source } from './sources.ts'

export interface ReadConfigOptions {
  /** Every group whose options may be flags, and whose unknown settings are errors. */
  readonly groups: readonly OptionGroup[]
  /** Without the program: `process.argv.slice(2)`. */
  readonly argv: readonly string[]
  /** The command's name. */
  readonly prog: string
  /** With it, default files are searched: `~/.project`, `~`, `/etc/project`, `/etc`. */
  readonly project?: string | undefined
  /** What `--version` shows. */
  readonly version?: string | undefined
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  readonly description?: string | undefined
  /** Read in place of searched files when no `--config-file` is given; they must exist. */
  readonly defaultFiles?: readonly string[] | undefined
  /** Read in place of searched `.conf.d` folders when no `--config-dir` is given; those that exist. */
  readonly defaultFolders?: readonly string[] | undefined
  /** Allows words that are no flags (`conf.args`), and names them in the usage line: `[revision]`. */
  readonly positionals?: string | undefined
  /** An option that its group does not declare: an error, or for a program that shares another's file a warning. */
  readonly unknownOptions?: Diagnostic['severity'] | undefined
}

/**
 * Reads and checks everything.
 * @throws HelpShown for `--help` and `--version`
 * @throws SlipwayError SLIPWAY_USAGE (64); SLIPWAY_INPUT_MISSING (66); else a report of all problems (78)
 */
export function readConfig(options: ReadConfigOptions): Config {
  const env = options.env ?? process.env
  const registry = new Registry()
  for (const group of options.groups) registry.add(group)
  const { prog, argv, description, version, positionals } = options
  const line = parseCommandLine({ prog, argv, registry, description, version, positionals })
  const places = new Places({ ...options, env }, line)
  const timeline = places.read()
  const conf = new Config(
    {
      prog,
      project: options.project ?? null,
      version: version ?? null,
      args: line.args,
      timeline,
      env: ownVariables(env),
      folders: places.folders(),
      flags: Array.from(registry.all()).flatMap(({ option, key }) => (option.cli ? [key] : [])),
      overrides: {},
      defaults: {},
    },
    registry,
  )
  conf.check(options.unknownOptions)
  return conf
}

/** Only what may set an option: the rest of the environment is nobody's business in a snapshot. */
function ownVariables(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, text]) => (/^OS_.+__/u.test(name) && text !== undefined ? [[name, text]] : [])),
  )
}

function namedBy(flag: string | null): { hint?: string } {
  return flag === null ? {} : { hint: `it was named by ${flag}` }
}

type Search = ReadConfigOptions & { readonly env: Readonly<Record<string, string | undefined>> }

/** The files and folders of one start, in the order in which they count. */
class Places {
  readonly #search: Search
  readonly #given: readonly Given[]
  readonly #files: string[] = []
  readonly #folders: string[] = []
  readonly #timeline: Source[] = []
  readonly #problems: Diagnostic[] = []

  constructor(search: Search, line: CommandLine) {
    this.#search = search
    this.#given = line.given
  }

  /** @throws SlipwayError with every file that is missing or cannot be read */
  read(): readonly Source[] {
    this.#readDefaults()
    for (const given of this.#given) {
      if (given.kind === 'flag') this.#timeline.push(given)
      else if (given.kind === 'config-file') this.#readFile(this.#expand(given.path), '--config-file')
      else this.#readFolder(this.#expand(given.path), '--config-dir')
    }
    if (this.#problems.length > 0) throw errorOf(this.#problems)
    return this.#timeline
  }

  /** Where a file that the configuration names is looked for (oslo.config's find_file). */
  folders(): readonly string[] {
    const beside = this.#files.toReversed().map((file) => dirname(file))
    const standard = standardFolders({ project: this.#search.project ?? null, env: this.#search.env })
    return [...new Set([...this.#folders, ...beside, ...standard].map((folder) => resolve(folder)))]
  }

  /** A named file drops the default files, a named folder the default folders; default folders stay below a named file. */
  #readDefaults(): void {
    const { prog, env, defaultFiles, defaultFolders } = this.#search
    const search = { project: this.#search.project ?? null, prog, env }
    if (!this.#given.some(({ kind }) => kind === 'config-file')) {
      for (const file of defaultFiles ?? defaultPlaces(search, '.conf')) this.#readFile(this.#expand(file), null)
    }
    if (!this.#given.some(({ kind }) => kind === 'config-dir')) {
      for (const folder of defaultFolders ?? defaultPlaces(search, '.conf.d')) {
        const place = this.#expand(folder)
        if (existsSync(place)) this.#readFolder(place, null)
      }
    }
  }

  #readFile(file: string, flag: string | null): void {
    this.#files.push(file)
    this.#take(file, flag)
  }

  #readFolder(folder: string, flag: string | null): void {
    this.#folders.push(folder)
    try {
      for (const file of filesOfFolder(folder)) this.#take(file, flag)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      const isMissing = code === 'ENOENT' || code === 'ENOTDIR'
      this.#problems.push(
        diagnostic(
          'error',
          isMissing ? 'SLIPWAY_INPUT_MISSING' : 'SLIPWAY_INPUT_UNREADABLE',
          isMissing
            ? `configuration folder "${folder}" does not exist`
            : `configuration folder "${folder}" cannot be read: ${(error as Error).message}`,
          { where: { file: folder }, ...namedBy(flag) },
        ),
      )
    }
  }

  #take(file: string, flag: string | null): void {
    try {
      const text = readText(file, { purpose: 'configuration file', ...namedBy(flag) })
      this.#timeline.push({ kind: 'file', file, text })
    } catch (error) {
      if (!isSlipwayError(error)) throw error
      this.#problems.push(...error.problems)
    }
  }

  #expand(path: string): string {
    return expandHome(path, this.#search.env)
  }
}
