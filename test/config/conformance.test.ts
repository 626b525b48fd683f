// The recorded answers of the real oslo.config, and where we differ from it on purpose.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Config, HelpShown, readConfig, renderOptionValues } from '../../src/config/index.ts'
import type { ConfigChange } from '../../src/config/index.ts'
import { isSlipwayError, type SlipwayError } from '../../src/errors.ts'
import { declared, type RecordedOption } from './recorded-options.ts'
import { folderOf } from './scratch.ts'

interface RecordedError {
  readonly type: string
  readonly message: string
  readonly phase?: 'define' | 'register' | 'parse' | 'action'
  readonly reason?: string
}

interface Case {
  readonly name: string
  readonly note: string
  readonly options: readonly RecordedOption[]
  readonly files: Readonly<Record<string, string>>
  readonly argv: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly call?: { project?: string; default_config_files?: unknown; default_config_dirs?: unknown }
  readonly actions?: readonly Readonly<Record<string, unknown>>[]
  readonly get?: readonly string[]
  readonly locate?: readonly string[]
  readonly expect?: Readonly<Record<string, unknown>>
  readonly errors?: Readonly<Record<string, RecordedError>>
  readonly error?: RecordedError | undefined
  readonly locations?: Readonly<Record<string, readonly [string, string]>>
  readonly mutated?: Readonly<Record<string, unknown>>
  readonly log?: readonly { level: string; message: string }[]
}

const { cases } = JSON.parse(
  readFileSync(new URL('../conformance/oslo-config-cases.json', import.meta.url), 'utf-8'),
) as { cases: Case[] }
const decisions = readFileSync(new URL('../../docs/config-decisions.md', import.meta.url), 'utf-8')

/** What differs, by case, each with its reason in docs/config-decisions.md; the fields stand in for the recorded ones. */
const departures: Readonly<Record<string, Partial<Case>>> = {
  'ini-dashed-key-ignored': { expect: { a_b: '1', c_d: '2' } },
  'cli-underscore-name': { error: undefined, get: ['log_file'], expect: { log_file: 'x' } },
  'cli-bad-bound': { error: { type: 'value', message: 'Should be greater than or equal to 5', phase: 'parse' } },
  'cli-option-bad-in-file': {
    error: {
      type: 'value',
      message:
        "Value for option a from LocationInfo(location=<Locations.user: (4, True)>, detail='{dir}/a.conf') is not valid: invalid literal for int() with base 10: 'x'",
      phase: 'parse',
    },
  },
  'cli-option-order-2': { locations: { a: ['command_line', '--a'] } },
  'env-over-cli-if-also-in-file': { expect: { a: 'cli' }, locations: { a: ['command_line', '--a'] } },
  'default-search-order': { get: ['a', 'b', 'c'], expect: { a: 'confd', b: 'prog', c: null } },
  'log-opt-values': { log: dumpOfOurs() },
}

/** The recorded type of an error → our code. */
const codes: Readonly<Record<string, string>> = {
  ConfigFileParseError: 'SLIPWAY_INI_SYNTAX',
  ConfigFilesNotFoundError: 'SLIPWAY_INPUT_MISSING',
  ConfigFileValueError: 'SLIPWAY_CONFIG_VALUE',
  NoSuchOptError: 'SLIPWAY_CONFIG_SUBSTITUTION',
  RequiredOptError: 'SLIPWAY_CONFIG_REQUIRED',
  DuplicateOptError: 'SLIPWAY_CONFIG_DECLARATION',
  ArgsAlreadyParsedError: 'SLIPWAY_CONFIG_DECLARATION',
  SystemExit: 'SLIPWAY_USAGE',
  ValueError: 'SLIPWAY_CONFIG_VALUE',
  value: 'SLIPWAY_CONFIG_VALUE',
}

describe('oslo.config, as recorded', () => {
  test.each(cases.map((one) => [one.name, { ...one, ...departures[one.name] }] as const))('%s', (_name, recorded) => {
    const folder = folderOf(recorded.files)
    const inFolder = (text: string): string => text.replaceAll('{dir}', folder)
    const run = new Run(recorded, folder)
    const { error } = recorded
    if (error && error.phase !== 'action') {
      checkFault(run.faultOfStart(), error, inFolder)
      return
    }
    const conf = run.start()
    const act = (): void => run.act(conf)
    if (error) {
      checkFault(run.faultOf(act), error, inFolder)
    } else act()
    for (const [path, value] of Object.entries(recorded.expect ?? {})) {
      expect(run.value(conf, path)).toEqual(plain(value))
    }
    for (const [path, { reason, message, type }] of Object.entries(recorded.errors ?? {})) {
      const fault = run.faultOf(() => run.value(conf, path))
      expect(fault).toMatchObject({ code: codes[type], original: inFolder(message) })
      expect(fault.original).toContain(reason ?? '')
    }
    for (const [path, [kind, detail]] of Object.entries(recorded.locations ?? {})) {
      expect(conf.origin(ours(path))).toMatchObject({ kind: kinds[kind], detail: inFolder(detail) })
    }
    if (recorded.mutated) expect(run.mutated).toEqual(recorded.mutated)
    if (recorded.log) expect(run.log(conf)).toEqual(recorded.log.map(({ message }) => message))
  })

  test('every departure is a case, and stands in the table of decisions with its reason', () => {
    expect(Object.keys(departures).filter((name) => !cases.some((one) => one.name === name))).toEqual([])
    expect(Object.keys(departures).filter((name) => !decisions.includes(`\`${name}\``))).toEqual([])
  })
})

const kinds: Readonly<Record<string, string>> = { environment: 'env', command_line: 'cli', user: 'file' }

/** One case: declarations, start, actions. */
class Run {
  readonly #case: Case
  readonly #folder: string
  mutated: Record<string, readonly [unknown, unknown]> = {}

  constructor(recorded: Case, folder: string) {
    this.#case = recorded
    this.#folder = folder
  }

  start(): Config {
    const { argv, env = {}, call = {}, options, errors = {} } = this.#case
    const places = (given: unknown): string[] | undefined =>
      given === 'search' ? undefined : ((given as string[] | undefined) ?? []).map((file) => this.#path(file))
    // The original looks at a value when it is asked for: those that are recorded as bad are declared late.
    const isLate = ({ name, group }: RecordedOption): boolean => Object.hasOwn(errors, fullNameOf(group, name))
    this.#late.push(...options.filter(isLate).map(declared))
    return readConfig({
      groups: options.filter((option) => !isLate(option)).map(declared),
      argv: argv.map((word) => this.#path(word)),
      prog: 'app',
      project: call.project,
      env: { HOME: join(this.#folder, 'home'), ...env },
      defaultFiles: places(call.default_config_files),
      defaultFolders: places(call.default_config_dirs),
      // The original never minds what it does not know.
      unknownOptions: 'warning',
    })
  }

  readonly #late: ReturnType<typeof declared>[] = []

  faultOfStart(): SlipwayError {
    return this.faultOf(() => this.start())
  }

  faultOf(run: () => unknown): SlipwayError {
    try {
      run()
    } catch (error) {
      if (isSlipwayError(error)) return error
      throw error instanceof HelpShown ? new TypeError('help was shown') : error
    }
    throw new TypeError('nothing was thrown')
  }

  act(conf: Config): void {
    for (const action of this.#case.actions ?? []) {
      if (action.write) this.#write(action.write as Record<string, string | null>)
      if (action.mutate) this.mutated = changed(conf.mutate().changes)
      if (action.set_override) conf.override(...(action.set_override as [string, unknown]))
      if (action.set_default) conf.setDefault(...(action.set_default as [string, unknown]))
      if (action.register) conf.register(declared(action.register as RecordedOption))
      if (action.reload) conf.reload()
    }
  }

  value(conf: Config, path: string): unknown {
    const [name = '', attribute] = path.split('>')
    const late = this.#late.find((group) =>
      Object.keys(group.options).some((one) => ours(name) === fullNameOf(group.name, one)),
    )
    const given = late ? Object.values(conf.get(late))[0] : conf.value(ours(name))
    return attribute === undefined ? given : (given as Record<string, unknown>)[attribute]
  }

  /** Warnings in the words of the original, or the dump. */
  log(conf: Config): string[] {
    if (this.#case.actions?.some((action) => action.log_opt_values)) return renderOptionValues(conf)
    return conf.warnings
      .filter(({ code }) => code === 'SLIPWAY_CONFIG_DEPRECATED')
      .map((one) => inTheirWords(one.message, one.hint))
  }

  #write(files: Record<string, string | null>): void {
    for (const [name, text] of Object.entries(files)) {
      if (text === null) rmSync(join(this.#folder, name))
      else writeFileSync(join(this.#folder, name), text)
    }
  }

  #path(text: string): string {
    return text.replaceAll('{dir}', this.#folder)
  }
}

function checkFault(fault: SlipwayError, { type, message }: RecordedError, inFolder: (text: string) => string): void {
  const isDefinition = type === 'ValueError' && message.startsWith('illegal name')
  expect(fault.code).toBe(isDefinition ? 'SLIPWAY_CONFIG_DECLARATION' : codes[type])
  // Of a usage error the first fault is told, without the value, and the program's name is the printer's business.
  if (type === 'SystemExit') expect(inFolder(message)).toContain(fault.original)
  else expect(fault.original).toBe(inFolder(message).replaceAll('option a-b ', 'option a_b '))
}

function changed(changes: readonly ConfigChange[]): Record<string, readonly [unknown, unknown]> {
  return Object.fromEntries(changes.map((change) => [change.name, [change.old, change.new]]))
}

function fullNameOf(group: string | null | undefined, name: string): string {
  return group === null || group === undefined || group === 'DEFAULT' ? name : `${group}.${name}`
}

/** Dashes in an option's name are underscores with us; a group keeps its own. */
function ours(path: string): string {
  const dot = path.lastIndexOf('.')
  return path.slice(0, dot + 1) + path.slice(dot + 1).replaceAll('-', '_')
}

function plain(value: unknown): unknown {
  const special = value as { float?: string } | null
  if (special?.float === undefined) return value
  return { inf: Infinity, '-inf': -Infinity, nan: Number.NaN }[special.float]
}

function inTheirWords(message: string, hint: string | null): string {
  const old = /^"(?:(.+)\.)?([^".]+)" is an old name of option "(?:(.+)\.)?([^".]+)"$/u.exec(message)
  if (old) {
    const [, oldGroup = 'DEFAULT', oldName, group = 'DEFAULT', name] = old
    return `Option "${oldName}" from group "${oldGroup}" is deprecated. Use option "${name}" from group "${group}".`
  }
  const [, name] = /^option "(.+?)" is deprecated since/u.exec(message) ?? []
  return `Option "${name}" from group "DEFAULT" is deprecated for removal (${hint}).  Its value may be silently ignored in the future.`
}

/** Ours: no option of the command line itself, and values as JSON. */
function dumpOfOurs(): NonNullable<Case['log']> {
  const recorded = cases.find(({ name }) => name === 'log-opt-values')?.log ?? []
  return recorded
    .filter(({ message }) => !/^(?:config_(?:dir|file|source)|shell_completion) /u.test(message))
    .map(({ level, message }) => ({ level, message: message.replaceAll("'", '"') }))
}
