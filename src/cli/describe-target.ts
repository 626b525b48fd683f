// A target's plan, as `show` and `graph` look at it: with what is broken in it, as long as there is one at all.
import { renderDiagnostics } from '../diagnostic.ts'
import { type Diagnostic, ExitCode } from '../errors.ts'
import { describe } from '../paste/describe.ts'
import type { Plan } from '../paste/plan.ts'
import { renderOptions } from './colour.ts'
import type { PlanOptions } from './flags.ts'
import { projectAt } from './project.ts'
import { readServiceConfig } from './service-config.ts'
import { namingRoots, parseTarget } from './target.ts'
import type { Terminal } from './terminal.ts'

export interface DescribedTarget {
  readonly plan: Plan
  readonly problems: readonly Diagnostic[]
}

/**
 * @throws SlipwayError when the target itself cannot be described
 */
export async function describeTarget(text: string, options: PlanOptions, terminal: Terminal): Promise<DescribedTarget> {
  const target = parseTarget(text, terminal.cwd)
  const description = describe('app', target.uri, {
    name: target.name ?? undefined,
    projects: [projectAt(options.manifest, terminal.cwd)],
    config: readServiceConfig({ files: options.configFile }),
    flavour: options.flavour,
  })
  const { plan, problems, describer } = description
  if (plan.kind === 'broken') await namingRoots(target, () => describer.throwFaults())
  return { plan, problems }
}

/** Tells the problems on standard error; the status of a command that shows what is not sound. */
export function tellProblems(problems: readonly Diagnostic[], terminal: Terminal): number {
  if (problems.length > 0) terminal.err(`${renderDiagnostics(problems, renderOptions(terminal, 'stderr'))}\n`)
  return problems.some(({ severity }) => severity === 'error') ? ExitCode.config : ExitCode.ok
}
