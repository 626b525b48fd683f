// Units of systemd that start a command of the manifest: whether what they name is there, and whether the service can
// tell systemd that it is ready. Reads unit files; asks systemd for its version and nothing else.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { type Diagnostic, diagnostic, type Where } from '../errors.ts'
import { readText } from '../ini/read-text.ts'
import { pathFolders } from './doctor-npm.ts'
import type { Patient } from './examine.ts'
import { scriptEntries } from './script-files.ts'

export interface SystemdFacts {
  /** Of systemd-notify(1); null when it is not installed or does not run. */
  readonly version: string | null
  /** The files of the units that start one of the commands. */
  readonly units: readonly string[]
}

interface Setting {
  readonly value: string
  readonly where: Where
}

interface Unit {
  readonly file: string
  readonly start: Setting
  readonly type: Setting | undefined
  readonly notifyAccess: Setting | undefined
}

/** Since when a unit may be of Type=notify-reload. */
const reloadVersion = 253

export function examineUnits(patient: Patient): { facts: SystemdFacts; problems: Diagnostic[] } {
  const names = new Set(scriptEntries(patient.project).map(({ name }) => name))
  const units = unitFiles(patient).flatMap((file) => unitAt(file, names) ?? [])
  const version = notifyVersion(patient)
  const problems = units.flatMap((unit) => [...startProblems(unit), ...notifyProblems(unit, version)])
  return { facts: { version, units: units.map(({ file }) => file) }, problems }
}

/** Of the system and of the user, in systemd's order; a unit of the same name further down does not count. */
function unitFiles({ env, home }: Patient): string[] {
  const usual = [
    '/etc/systemd/system',
    '/run/systemd/system',
    '/usr/local/lib/systemd/system',
    '/usr/lib/systemd/system',
  ]
  const folders = env.SYSTEMD_UNIT_PATH
    ? env.SYSTEMD_UNIT_PATH.split(delimiter).filter(Boolean)
    : [...usual, join(home, '.config/systemd/user'), '/etc/systemd/user']
  const files = new Map<string, string>()
  for (const folder of folders.filter((one) => existsSync(one))) {
    for (const name of readdirSync(folder)) {
      if (name.endsWith('.service') && !files.has(name)) files.set(name, join(folder, name))
    }
  }
  return [...files.values()]
}

/** Null when it starts none of these commands. */
function unitAt(file: string, names: ReadonlySet<string>): Unit | null {
  // A masked unit leads to /dev/null, a link to nowhere to nothing.
  const settings = existsSync(file) ? settingsOf(file) : new Map<string, Setting>()
  const start = settings.get('ExecStart')
  if (!start || !wordsOf(start.value).some((word) => names.has(basename(word, '.js')))) return null
  return { file, start, type: settings.get('Type'), notifyAccess: settings.get('NotifyAccess') }
}

function settingsOf(file: string): Map<string, Setting> {
  const settings = new Map<string, Setting>()
  for (const [index, text] of readText(file, { purpose: 'unit' }).split(/\r?\n/u).entries()) {
    const [, head = '', name, value = ''] = /^(\s*(\w+)\s*=\s*)(.*)$/u.exec(text) ?? []
    if (name === undefined) continue
    const where = { file, line: index + 1, column: head.length + 1, length: value.length, text }
    settings.set(name, { value: value.trim(), where })
  }
  return settings
}

/** The signs before the first word say how it is run. */
function wordsOf(line: string): string[] {
  return [...line.replace(/^[-@:+!|]+/u, '').matchAll(/"([^"]*)"|(\S+)/gu)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  )
}

function startProblems({ start }: Unit): Diagnostic[] {
  // The program, and the script that Node is given. What comes after is not ours to judge.
  const missing = wordsOf(start.value)
    .slice(0, 2)
    .filter((word) => word.startsWith('/') && !existsSync(word))
  return missing.map((word) =>
    diagnostic('error', 'SLIPWAY_DOCTOR_UNIT', `the unit starts "${word}", which is not there`, {
      where: placeOfWord(start.where, word),
      hint: 'write the unit anew: slipway export systemd',
    }),
  )
}

function placeOfWord(where: Where, word: string): Where {
  const index = where.text?.indexOf(word) ?? -1
  return index === -1 ? where : { ...where, column: index + 1, length: word.length }
}

function notifyProblems({ type, notifyAccess, start }: Unit, version: string | null): Diagnostic[] {
  if (!type?.value.startsWith('notify')) return []
  const code = 'SLIPWAY_DOCTOR_UNIT'
  if (version === null) {
    const parts = { where: type.where, hint: 'install it: it is part of the package systemd' }
    return [
      diagnostic('error', code, 'systemd-notify, which tells systemd that the service is ready, does not run', parts),
    ]
  }
  const problems: Diagnostic[] = []
  if (type.value === 'notify-reload' && Number.parseInt(version, 10) < reloadVersion) {
    const parts = {
      where: type.where,
      found: `systemd ${version}`,
      expected: `systemd ${reloadVersion}, or Type=notify`,
    }
    problems.push(diagnostic('error', code, `this systemd knows no "${type.value}"`, parts))
  }
  if (notifyAccess?.value !== 'all') {
    problems.push(
      diagnostic('warning', code, 'systemd may not hear that the service is ready', {
        where: (notifyAccess ?? start).where,
        expected: 'NotifyAccess=all: a program beside the service says it',
        hint: 'without it the start ends in a timeout, unless the service runs as root',
      }),
    )
  }
  return problems
}

/** `255 (255.4-1ubuntu8)` → `255`; null when it is not on the PATH, or fails. */
function notifyVersion({ env }: Patient): string | null {
  const program = pathFolders(env)
    .map((folder) => join(folder, 'systemd-notify'))
    .find((file) => existsSync(file))
  if (program === undefined) return null
  const { stdout } = spawnSync(program, ['--version'], {
    encoding: 'utf-8',
    timeout: 20_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  // A program that cannot be started has said null, in which the word is not found either.
  return /^systemd (\S+)/u.exec(stdout)?.[1] ?? null
}
