// `slipway doctor` at work: the facts that a start depends on, and everything that is wrong with them, each with
// its place and its cure. Changes nothing and runs no code of the project.
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { diagnosticToJson, displayPath, renderDiagnostics } from '../diagnostic.ts'
import type { Distribution } from '../entrypoints/distribution.ts'
import { type Diagnostic, ExitCode } from '../errors.ts'
import { projectProblems } from './check-targets.ts'
import { paintFor, renderOptions } from './colour.ts'
import { type CommandFacts, examineCommands } from './doctor-commands.ts'
import { examineNode, type NodeFacts } from './doctor-node.ts'
import { examineNpm, type NpmFacts } from './doctor-npm.ts'
import { examineScripts } from './doctor-scripts.ts'
import { examineUnits, type SystemdFacts } from './doctor-systemd.ts'
import { readPackageJson } from './package-json.ts'
import { projectAt } from './project.ts'
import { count, renderTable } from './table.ts'
import type { Terminal } from './terminal.ts'

export interface DoctorOptions {
  readonly bin?: string
  readonly manifest?: string
  readonly json?: true
}

/** Where everything is looked for. */
export interface Patient {
  readonly project: Distribution
  readonly binFolder: string
  readonly env: Terminal['env']
  readonly home: string
  readonly cwd: string
}

interface Examination {
  readonly node: NodeFacts
  readonly npm: NpmFacts
  readonly commands: readonly CommandFacts[]
  readonly systemd: SystemdFacts
  readonly problems: readonly Diagnostic[]
}

/** Warnings alone end with 1: things work, though not all of them as they are meant to. */
export async function examine(options: DoctorOptions, terminal: Terminal): Promise<number> {
  const { cwd, env } = terminal
  const project = projectAt(options.manifest, cwd)
  const binFolder = options.bin === undefined ? join(project.folder, 'bin') : resolve(cwd, options.bin)
  const patient: Patient = { project, binFolder, env, home: env.HOME ?? homedir(), cwd }
  const found = await examination(patient)
  const errors = found.problems.filter(({ severity }) => severity === 'error').length
  const counts = { errors, warnings: found.problems.length - errors }
  if (options.json) terminal.out(`${JSON.stringify(toJson(found, project, counts), null, 2)}\n`)
  else tell(found, project, counts, terminal)
  if (errors > 0) return ExitCode.config
  return counts.warnings > 0 ? 1 : ExitCode.ok
}

interface Counts {
  readonly errors: number
  readonly warnings: number
}

function tell(found: Examination, project: Distribution, { errors, warnings }: Counts, terminal: Terminal): void {
  const told = renderDiagnostics(found.problems, renderOptions(terminal, 'stderr'))
  if (told !== '') terminal.err(`${told}\n\n`)
  const counts = `${count(errors, 'error')}, ${count(warnings, 'warning')}`
  terminal.out(`${renderFacts(found, project, terminal)}\n\n${counts}\n`)
}

async function examination(patient: Patient): Promise<Examination> {
  const { project } = patient
  const json = readPackageJson(project.folder)
  const node = await examineNode(json)
  const npm = examineNpm(patient)
  const commands = examineCommands(patient, npm.facts)
  const systemd = examineUnits(patient)
  const problems = [
    ...node.problems,
    ...npm.problems,
    ...(await projectProblems(project, {})),
    ...examineScripts(patient, json),
    ...commands.problems,
    ...systemd.problems,
  ]
  return { node: node.facts, npm: npm.facts, commands: commands.facts, systemd: systemd.facts, problems }
}

function toJson({ problems, ...facts }: Examination, project: Distribution, counts: Counts): object {
  const { name, version, folder, manifests } = project
  const files = manifests.map(({ file }) => file)
  const shown = files.length === 0 ? null : { name: name || null, version, folder, manifests: files }
  return { ...facts, project: shown, ...counts, problems: problems.map(diagnosticToJson) }
}

function renderFacts({ node, npm, commands, systemd }: Examination, project: Distribution, terminal: Terminal): string {
  const paint = paintFor(terminal, 'stdout')
  const { cwd } = terminal
  const manifests = project.manifests.map(({ file }) => displayPath(file, cwd)).join(', ')
  const rows = [
    ['node', node.version, node.ranges.join(', ')],
    ['npm prefix', npm.prefix, npm.origin],
    ['systemd', systemd.version ?? 'none', systemd.units.map((file) => displayPath(file, cwd)).join(', ')],
    ['project', [project.name, project.version].filter(Boolean).join(' ') || 'none', manifests],
    ...commands.map(({ name, path }, index) => [index === 0 ? 'commands' : '', name, path ?? 'not installed']),
  ]
  return renderTable(rows, { widest: 40, paint: (cell, column) => (column === 0 ? paint.bold(cell) : cell) })
}
