// The second half of a start: the configuration that a command would read, the deployment file that it names, and the
// objects that a request meets there. Reads plans; imports the modules that declare options.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Config } from '../config/index.ts'
import { defaultPlaces } from '../config/find-files.ts'
import type { Distribution } from '../entrypoints/distribution.ts'
import { diagnostic } from '../errors.ts'
import { describe } from '../paste/describe.ts'
import { innerPlans, isFactoryPlan, type Plan, pipelineLine } from '../paste/plan.ts'
import { deploymentEntries } from './export-facts.ts'
import { serviceGroups } from './option-namespaces.ts'
import { readServiceConfig } from './service-config.ts'
import { brokenStep, type StartChainRequest, type Step } from './start-step.ts'
import { rootsOf } from './target.ts'
import type { Terminal } from './terminal.ts'

export async function configSteps(
  name: string,
  project: Distribution,
  options: StartChainRequest,
  { env, cwd }: Terminal,
): Promise<Step[]> {
  const files = options.configFile?.map((file) => resolve(cwd, file)) ?? standardFiles(name, project, env)
  let config: Config
  try {
    const { groups } = await serviceGroups(project)
    config = readServiceConfig({ files, groups })
  } catch (error) {
    return [brokenStep('configuration', error)]
  }
  const origin = options.configFile ? '--config-file' : 'found in a standard place'
  const read = config.files.map((file): Step => ({
    step: 'configuration',
    text: origin,
    where: { file },
    problem: null,
  }))
  const none = 'none in the standard places: defaults, the environment, or --config-file'
  const steps: Step[] = read.length > 0 ? read : [{ step: 'configuration', text: none, where: null, problem: null }]
  return [...steps, ...deploymentSteps(config, project, options)]
}

/** A command searches under the name of its project, which is that of its package, or the first word of its own. */
function standardFiles(name: string, project: Distribution, env: Terminal['env']): string[] {
  for (const one of new Set([project.name, name.split('-')[0] ?? name])) {
    const found = one === '' ? [] : defaultPlaces({ project: one, prog: name, env }, '.conf')
    if (found.length > 0) return found
  }
  return []
}

function deploymentSteps(config: Config, project: Distribution, options: StartChainRequest): Step[] {
  const entries = deploymentEntries(config)
  for (const { name, option } of entries) {
    const file = config.findFile(name)
    if (file === null || !existsSync(file)) continue
    const step: Step = { step: 'deployment', text: option, where: { file: resolve(file) }, problem: null }
    return [step, ...pipelineSteps(resolve(file), config, project, options)]
  }
  return entries.map(({ name, option, origin }): Step => {
    const { kind, where, detail } = origin
    const text = `${option} = ${name} (${detail}) was not found`
    // A default that nobody has confirmed: the command may serve nothing.
    if (kind === 'default') return { step: 'deployment', text, where, problem: null }
    const problem = diagnostic('warning', 'SLIPWAY_INPUT_MISSING', `deployment file "${name}" was not found`, {
      where,
      hint: `${option} names it; it is looked for beside the configuration files`,
    })
    return { step: 'deployment', text, where, problem }
  })
}

/** Each app that no other refers to, and the objects in it; of a choice what is taken. */
function pipelineSteps(file: string, config: Config, project: Distribution, { flavour }: StartChainRequest): Step[] {
  const uri = `config:${encodeURI(file).replaceAll('#', '%23')}`
  try {
    return rootsOf(file).flatMap((name) => {
      const { plan } = describe('app', uri, { name, projects: [project], config, flavour })
      const seen = new Set<string>()
      const line: Step = { step: 'pipeline', text: pipelineLine(plan), where: plan.where, problem: null }
      return [line, ...objectSteps(plan, seen)]
    })
  } catch (error) {
    return [brokenStep('pipeline', error)]
  }
}

function objectSteps(plan: Plan, seen: Set<string>): Step[] {
  const key = `${plan.section ?? ''} ${plan.name} ${plan.where?.line ?? ''}`
  if (seen.has(key)) return []
  seen.add(key)
  const inner = isFactoryPlan(plan) && plan.choice ? [plan.parts.get(plan.choice.key)] : innerPlans(plan)
  return [...ownStep(plan), ...inner.flatMap((one) => (one ? objectSteps(one, seen) : []))]
}

function ownStep(plan: Plan): Step[] {
  if (plan.kind === 'broken') {
    return [{ step: 'pipeline', text: plan.problem.message, where: plan.where, problem: plan.problem }]
  }
  if (!isFactoryPlan(plan)) return []
  const { factory, kind, name, where, choice } = plan
  const taken = choice ? `, takes ${choice.key} by ${choice.option}` : ''
  const text = `  ${kind} ${name} = ${factory.text}${taken}`
  return [{ step: 'pipeline', text, where, problem: factory.fault?.problems[0] ?? null }]
}
