// The policies that a project declares, and the enforcer over its files, for the verbs of `slipway policy`. Imports the
// modules that declare policies and checks, and no other code of the project.
import { resolve } from 'node:path'
import { type PolicyDeclaration, rule } from '../api/policy/declare.ts'
import { createEnforcer, type Enforcer } from '../api/policy/enforcer.ts'
import { policyGroup } from '../api/policy/options.ts'
import { loadRuleChecks } from '../api/policy/rule-checks.ts'
import type { PolicySection } from '../api/policy/sample.ts'
import { closeNames, renderDiagnostics } from '../diagnostic.ts'
import type { Distribution } from '../entrypoints/distribution.ts'
import type { EntryPoint } from '../entrypoints/entry-point.ts'
import { loadReference } from '../entrypoints/load.ts'
import { type Diagnostic, diagnostic, isSlipwayError, SlipwayError } from '../errors.ts'
import { readText } from '../ini/read-text.ts'
import { renderOptions } from './colour.ts'
import { projectAt } from './project.ts'
import { nearMisses, readServiceConfig } from './service-config.ts'
import type { Terminal } from './terminal.ts'

export interface PolicyOptions {
  readonly namespace?: readonly string[]
  readonly manifest?: string
}

export interface PolicyFileOptions extends PolicyOptions {
  readonly policyFile?: string
  readonly configFile?: readonly string[]
}

/** Groups of entry points that lead to policies; the second is oslo.policy's. */
const entryGroups: readonly string[] = ['slipway.policies', 'oslo.policy.policies']

export interface DeclaredPolicies {
  readonly project: Distribution
  readonly sections: readonly PolicySection[]
  /** Warnings: entries that lead into another language's code. */
  readonly problems: readonly Diagnostic[]
}

/** @throws SlipwayError SLIPWAY_USAGE for a namespace that is not there, SLIPWAY_REFERENCE_…, SLIPWAY_POLICY_DECLARATION */
export async function declaredPolicies(
  { namespace = [], manifest }: PolicyOptions,
  terminal: Terminal,
): Promise<DeclaredPolicies> {
  const project = projectAt(manifest, terminal.cwd)
  const entries = project.entryPoints.filter(({ group }) => entryGroups.includes(group))
  const offered = new Set(entries.map(({ name }) => name))
  for (const name of namespace) if (!offered.has(name)) throw noNamespace(name, offered)
  const sections = new Map<string, PolicyDeclaration[]>()
  const problems: Diagnostic[] = []
  for (const entry of entries) {
    if (namespace.length > 0 && !namespace.includes(entry.name)) continue
    const found = await policiesAt(entry, project)
    if ('code' in found) problems.push(found)
    else sections.set(entry.name, [...(sections.get(entry.name) ?? []), ...found])
  }
  return { project, sections: Array.from(sections, ([name, rules]) => ({ name, rules })), problems }
}

function noNamespace(name: string, offered: Iterable<string>): SlipwayError {
  return new SlipwayError('SLIPWAY_USAGE', `no policies are offered under the namespace "${name}"`, {
    alternatives: closeNames(name, offered),
    hint: 'a namespace is the name of an entry point of "slipway.policies"',
  })
}

async function policiesAt(entry: EntryPoint, project: Distribution): Promise<PolicyDeclaration[] | Diagnostic> {
  const { reference, valueWhere: where, group, name } = entry
  if (!reference) return []
  try {
    const found = await loadReference(reference, project, { where })
    const given: unknown = typeof found === 'function' ? await (found as () => unknown)() : found
    if (!Array.isArray(given)) throw noList(name, given, where)
    return (given.flat(Infinity) as PolicyDeclaration[]).map(rule)
  } catch (error) {
    // A manifest may be that of a Python program beside its successor.
    const isForeign = group === 'oslo.policy.policies'
    if (!isForeign || !isSlipwayError(error) || error.code !== 'SLIPWAY_REFERENCE_MODULE') throw error
    return diagnostic('warning', error.code, `${error.message}: its policies are not known`, {
      where: error.where,
      hint: 'declare them in a module of this project, under "slipway.policies"',
    })
  }
}

function noList(name: string, found: unknown, where: EntryPoint['valueWhere']): SlipwayError {
  return new SlipwayError('SLIPWAY_POLICY_DECLARATION', `entry point "${name}" leads to no list of policies`, {
    where,
    found: `a ${typeof found}`,
    expected: 'a list of rule({ … }), or a function that gives one',
  })
}

export interface OpenedPolicies extends DeclaredPolicies {
  readonly enforcer: Enforcer
}

/**
 * The policies of the project with those of its files: of `--policy-file`, and what `--config-file` names.
 * @throws SlipwayError as declaredPolicies; SLIPWAY_INPUT_MISSING, SLIPWAY_POLICY_FILE …
 */
export async function openPolicies(options: PolicyFileOptions, terminal: Terminal): Promise<OpenedPolicies> {
  const declared = await declaredPolicies(options, terminal)
  const { sections, project } = declared
  const checks = await loadRuleChecks(project.folder)
  const parts = { rules: sections.flatMap(({ rules }) => rules), checks, watches: false }
  const named = options.policyFile === undefined ? null : resolve(terminal.cwd, options.policyFile)
  // A file that was named must be there.
  if (named !== null) readText(named, { purpose: 'policy file' })
  if (options.configFile === undefined) {
    return { ...declared, enforcer: createEnforcer(named === null ? {} : { policy_file: named }, parts) }
  }
  const files = options.configFile.map((file) => resolve(terminal.cwd, file))
  const conf = readServiceConfig({ files, groups: [policyGroup] })
  if (named !== null) conf.override('oslo_policy.policy_file', named)
  return { ...declared, problems: [...declared.problems, ...nearMisses(conf)], enforcer: createEnforcer(conf, parts) }
}

export function needPolicyFile({ policyFile, configFile }: PolicyFileOptions, verb: string): void {
  if (policyFile !== undefined || configFile !== undefined) return
  throw new SlipwayError('SLIPWAY_USAGE', 'say which policies: --policy-file <file> or --config-file <file>', {
    hint: `see: slipway policy ${verb} --help`,
  })
}

export function tellWarnings(problems: readonly Diagnostic[], terminal: Terminal): void {
  if (problems.length > 0) terminal.err(`${renderDiagnostics(problems, renderOptions(terminal, 'stderr'))}\n\n`)
}
