// The commands that the manifest declares, as a shell finds them: installed, another's, or a link to nowhere.
import { existsSync, lstatSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { foldName, findProjectFolder } from '../entrypoints/distribution.ts'
import type { EntryPoint } from '../entrypoints/entry-point.ts'
import { type Diagnostic, diagnostic } from '../errors.ts'
import type { NpmFacts } from './doctor-npm.ts'
import { pathFolders } from './doctor-npm.ts'
import type { Patient } from './examine.ts'
import { scriptEntries } from './script-files.ts'

export interface CommandFacts {
  readonly name: string
  /** What a shell would start; null when it finds nothing. */
  readonly path: string | null
}

export function examineCommands(patient: Patient, npm: NpmFacts): { facts: CommandFacts[]; problems: Diagnostic[] } {
  const facts: CommandFacts[] = []
  const problems: Diagnostic[] = []
  for (const entry of scriptEntries(patient.project)) {
    const path = commandPath(entry.name, patient, npm)
    facts.push({ name: entry.name, path })
    const problem = path === null ? notInstalled(entry, patient) : pathProblem(entry, path, patient)
    if (problem) problems.push(problem)
  }
  return { facts, problems }
}

/** On the PATH, else where npm installs: in the project's own node_modules, or globally. */
export function commandPath(name: string, { env, project }: Patient, npm: NpmFacts): string | null {
  // A name of a faulty manifest could lead anywhere.
  if (name.includes('/')) return null
  const folders = [...pathFolders(env), ...localBins(project.folder), npm.bin]
  const path = folders.map((folder) => join(folder, name)).find((one) => lstatSync(one, { throwIfNoEntry: false }))
  return path ?? null
}

/** `npx` and scripts of package.json look there, from the project upwards. */
function localBins(from: string): string[] {
  const up = dirname(from)
  return [join(from, 'node_modules', '.bin'), ...(up === from ? [] : localBins(up))]
}

function notInstalled({ name, where, group }: EntryPoint, { project }: Patient): Diagnostic {
  const hasPackage = existsSync(join(project.folder, 'package.json'))
  const install = hasPackage
    ? 'install the project, or link it while you work on it: npm link'
    : 'the project has no package.json that npm could install'
  return diagnostic('warning', 'SLIPWAY_DOCTOR_COMMAND', `command "${name}" is not installed`, {
    where,
    found: 'it is neither on the PATH nor in node_modules/.bin',
    hint: group === 'wsgi_scripts' ? install : `${install}; without installing it: slipway run ${name}`,
  })
}

function pathProblem({ name, where }: EntryPoint, path: string, { project }: Patient): Diagnostic | null {
  if (!existsSync(path)) {
    return diagnostic('error', 'SLIPWAY_DOCTOR_COMMAND', `command "${name}" is a link to a file that is not there`, {
      where: { file: path },
      found: `the manifest declares it in ${where.file}:${where.line}`,
      hint: 'install the project anew',
    })
  }
  const file = realpathSync(path)
  if ((statSync(file).mode & 0o111) === 0) {
    return diagnostic('error', 'SLIPWAY_DOCTOR_COMMAND', `command "${name}" is not executable`, {
      where: { file },
      hint: `chmod +x ${file}`,
    })
  }
  if (file.startsWith(project.folder + sep)) return null
  const owner = ownerOf(file)
  if (owner !== null && foldName(owner) === foldName(project.name)) return null
  return diagnostic('warning', 'SLIPWAY_DOCTOR_COMMAND', `command "${name}" is another program's`, {
    where,
    found: `${path} comes first${owner === null ? '' : `, of the package ${owner}`}`,
    hint: 'give one of the two another name, or set the PATH so that the right one comes first',
  })
}

/** The package that a file belongs to. */
function ownerOf(file: string): string | null {
  const json = join(findProjectFolder(dirname(file)), 'package.json')
  if (!existsSync(json)) return null
  try {
    const { name } = JSON.parse(readFileSync(json, 'utf-8')) as { readonly name?: unknown }
    return typeof name === 'string' ? name : null
  } catch {
    // Whoever it is has no name that could be told.
    return null
  }
}
