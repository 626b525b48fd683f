// From the name of a command to what it serves, in the order in which a start meets it. Imports the modules that
// declare options, and no other code of the project.
import { readFileSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { closeNames } from '../diagnostic.ts'
import { camelCase } from '../entrypoints/attribute.ts'
import type { Distribution } from '../entrypoints/distribution.ts'
import type { EntryPoint } from '../entrypoints/entry-point.ts'
import { resolveModule } from '../entrypoints/resolve.ts'
import { SlipwayError, type Where } from '../errors.ts'
import { commandPath } from './doctor-commands.ts'
import { examineNpm } from './doctor-npm.ts'
import { readPackageJson } from './package-json.ts'
import { requireProject } from './project.ts'
import { scriptEntries, type ScriptFile, scriptFiles } from './script-files.ts'
import { configSteps } from './start-config.ts'
import { brokenStep, type StartChainRequest, type Step } from './start-step.ts'
import type { Terminal } from './terminal.ts'

/**
 * @throws SlipwayError SLIPWAY_USAGE for a name that is no command
 */
export async function startChain(
  name: string,
  options: StartChainRequest,
  terminal: Terminal,
): Promise<{ entry: EntryPoint; steps: Step[] }> {
  const { cwd, env } = terminal
  const project = requireProject(options.manifest, cwd)
  const entry = findCommand(name, project)
  const binFolder = options.bin === undefined ? join(project.folder, 'bin') : resolve(cwd, options.bin)
  const patient = { project, binFolder, env, home: env.HOME ?? homedir(), cwd }
  const path = commandPath(name, patient, examineNpm(patient).facts)
  const script = scriptFiles(project, binFolder).files.find((one) => one.entry === entry)
  const steps = [
    commandStep(path),
    ...packageSteps(name, project),
    ...(script === undefined ? [] : [scriptStep(script)]),
    referenceStep(entry),
    ...moduleSteps(entry, project),
    ...(await configSteps(name, project, options, terminal)),
  ]
  return { entry, steps }
}

function findCommand(name: string, project: Distribution): EntryPoint {
  const entries = scriptEntries(project)
  const found = entries.find((entry) => entry.name === name)
  if (found) return found
  const names = entries.map((entry) => entry.name)
  const close = closeNames(name, names)
  throw new SlipwayError('SLIPWAY_USAGE', `there is no command "${name}"`, {
    alternatives: close.length > 0 ? close : names.length <= 12 ? names : [],
    hint: 'see: slipway list',
  })
}

function commandStep(path: string | null): Step {
  const text = path === null ? 'not installed: slipway doctor tells more' : 'what a shell starts'
  return { step: 'command', text: linkText(path) ?? text, where: path === null ? null : { file: path }, problem: null }
}

/** npm's commands are links. */
function linkText(path: string | null): string | null {
  if (path === null) return null
  try {
    const file = realpathSync(path)
    return file === path ? null : `leads to ${file}`
  } catch {
    // A link to nowhere.
    return 'leads nowhere: slipway doctor tells more'
  }
}

function packageSteps(name: string, project: Distribution): Step[] {
  const json = readPackageJson(project.folder)
  const path = json?.bin.get(name)
  if (!json || path === undefined) return []
  return [{ step: 'package', text: path, where: json.where('bin', name), problem: null }]
}

function scriptStep({ entry, file, state }: ScriptFile): Step {
  const step = 'script'
  if (state === 'missing') {
    return { step, text: 'not written yet: slipway scripts --write', where: { file }, problem: null }
  }
  const text = state === 'differs' ? 'not what the manifest says: slipway scripts --check' : entry.group
  return { step, text, where: placeIn(file, /scriptTarget\(/u), problem: null }
}

function referenceStep({ value, where, problem }: EntryPoint): Step {
  return { step: 'reference', text: value, where, problem }
}

function moduleSteps({ reference, valueWhere }: EntryPoint, project: Distribution): Step[] {
  if (reference === null) return []
  const step = 'module'
  try {
    const { file, url } = resolveModule(reference, project, valueWhere)
    const text = reference.attr ?? reference.module
    return [{ step, text, where: { ...(file === null ? { file: url } : definition(file, text)) }, problem: null }]
  } catch (error) {
    return [{ ...brokenStep(step, error), where: null }]
  }
}

/** Where an attribute is most likely defined, told by its text: nothing is imported. */
function definition(file: string, attr: string): Where {
  const name = attr.split('.').at(-1) ?? attr
  const either = `(?:${[...new Set([name, camelCase(name)])].map(escaped).join('|')})`
  const start = String.raw`^\s*(?:export\s+)?(?:default\s+)?(?:static\s+)?(?:async\s+)?`
  return (
    placeOrNull(file, new RegExp(String.raw`${start}(?:function\*?|class|const|let|var)\s+${either}\b`, 'u')) ??
    placeOrNull(file, new RegExp(String.raw`${start}${either}\s*\(|exports\.${either}\s*=`, 'u')) ??
    placeIn(file, new RegExp(String.raw`^export\b.*\b${either}\b`, 'u'))
  )
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/gu, String.raw`\$&`)
}

function placeIn(file: string, pattern: RegExp): Where {
  return placeOrNull(file, pattern) ?? { file }
}

/** The first line that fits. */
function placeOrNull(file: string, pattern: RegExp): Where | null {
  const index = readFileSync(file, 'utf-8')
    .split(/\r?\n/u)
    .findIndex((line) => pattern.test(line))
  return index === -1 ? null : { file, line: index + 1, column: 1 }
}
