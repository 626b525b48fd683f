// Every problem of what is to be checked, in one report. Runs no code of the project unless asked to.
import { diagnosticToJson } from '../diagnostic.ts'
import type { Distribution } from '../entrypoints/distribution.ts'
import { asProblem, type EntryPoint } from '../entrypoints/entry-point.ts'
import { loadReference } from '../entrypoints/load.ts'
import { resolveModule } from '../entrypoints/resolve.ts'
import { describeScript, scriptGroups } from '../entrypoints/scripts.ts'
import type { Config } from '../config/index.ts'
import { type Diagnostic, isSlipwayError } from '../errors.ts'
import { planTls } from '../launch/tls/tls.ts'
import { checkFile } from '../paste/check.ts'
import { describe } from '../paste/describe.ts'
import { factoryFaults } from '../paste/factories.ts'
import type { PlanOptions } from './flags.ts'
import { projectAt, requireProject } from './project.ts'
import { nearMisses, readServiceConfig } from './service-config.ts'
import { tellProblems } from './tell-problems.ts'
import { isManifestFile, namingRoots, parseTarget, type Target } from './target.ts'
import type { Terminal } from './terminal.ts'

export interface CheckOptions extends PlanOptions {
  readonly import?: true
  readonly strict?: true
  readonly json?: true
}

/** 78 when there are errors, or, with `--strict`, warnings. */
export async function checkTargets(
  texts: readonly string[],
  options: CheckOptions,
  terminal: Terminal,
): Promise<number> {
  const problems = await allProblems(texts, options, terminal)
  return tellProblems(problems, { json: options.json, isStrict: options.strict }, terminal)
}

async function allProblems(
  texts: readonly string[],
  options: CheckOptions,
  terminal: Terminal,
): Promise<readonly Diagnostic[]> {
  const { config, problems } = await checkConfig(options)
  const targets = texts.map((text) => parseTarget(text, terminal.cwd))
  const files = targets.filter(({ file }) => file === null || !isManifestFile(file))
  const manifests = targets.flatMap(({ file }) => (file !== null && isManifestFile(file) ? [file] : []))
  // A manifest that was named is meant to be checked too, and so is that of the project when nothing else is.
  if (options.manifest !== undefined || texts.length === 0) {
    problems.push(...(await projectProblems(requireProject(options.manifest, terminal.cwd), options)))
  }
  for (const file of manifests) problems.push(...(await projectProblems(requireProject(file, terminal.cwd), options)))
  for (const target of files) problems.push(...(await targetProblems(target, config, options, terminal)))
  return once(problems)
}

/** A configuration with errors is reported; the rest is then checked without it. */
async function checkConfig({
  configFile,
}: CheckOptions): Promise<{ config: Config | undefined; problems: Diagnostic[] }> {
  try {
    // Without a file nothing has chosen a pipeline: then every one is checked as if it were taken.
    if (configFile === undefined) return { config: undefined, problems: [] }
    const config = readServiceConfig({ files: configFile })
    return { config, problems: [...nearMisses(config), ...(await tlsProblems(config))] }
  } catch (error) {
    return { config: undefined, problems: problemsOf(error) }
  }
}

/** Of certificates and keys, as a start or a reload would find them. */
async function tlsProblems(config: Config): Promise<readonly Diagnostic[]> {
  try {
    return (await planTls(config)).warnings
  } catch (error) {
    return problemsOf(error)
  }
}

/** What is wrong with a manifest, and with what its entry points lead to. */
export async function projectProblems(
  project: Distribution,
  options: Pick<CheckOptions, 'import'>,
): Promise<Diagnostic[]> {
  const problems = [...project.problems]
  for (const entry of project.entryPoints) {
    if (!entry.problem) problems.push(...(await entryProblems(entry, project, options)))
  }
  return problems
}

async function entryProblems(
  entry: EntryPoint,
  project: Distribution,
  options: Pick<CheckOptions, 'import'>,
): Promise<Diagnostic[]> {
  const { reference, valueWhere: where, group } = entry
  if (!reference) return []
  try {
    if (scriptGroups.some((known) => known === group)) describeScript(entry)
    if (options.import) await loadReference(reference, project, { where })
    else resolveModule(reference, project, where)
    return []
  } catch (error) {
    return problemsOf(error)
  }
}

async function targetProblems(
  target: Target,
  config: Config | undefined,
  options: CheckOptions,
  { cwd }: Terminal,
): Promise<readonly Diagnostic[]> {
  const { file, name } = target
  const { flavour } = options
  const shared = { projects: [projectAt(options.manifest, cwd)], config, flavour }
  if (file === null) {
    const { plan, problems } = describe('app', target.uri, shared)
    return [...problems, ...factoryFaults(plan).flatMap((fault) => fault.problems)]
  }
  const imports = options.import ?? false
  return namingRoots(target, () => checkFile(file, { ...shared, imports, name: name ?? undefined }))
}

function problemsOf(error: unknown): Diagnostic[] {
  if (!isSlipwayError(error)) throw error
  return error.problems.length > 0 ? [...error.problems] : [asProblem(error)]
}

/** Two targets of one file have problems in common. */
function once(problems: readonly Diagnostic[]): Diagnostic[] {
  const key = (problem: Diagnostic) => JSON.stringify(diagnosticToJson(problem))
  return [...new Map(problems.map((problem) => [key(problem), problem])).values()]
}
