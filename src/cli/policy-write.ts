// Policies as files: the sample, what holds, and an old file anew.
import { resolve } from 'node:path'
import { checkReader } from '../api/policy/checks.ts'
import { parseRule } from '../api/policy/parse.ts'
import { parsePolicyText } from '../api/policy/policy-text.ts'
import { renderRules, renderSample } from '../api/policy/sample.ts'
import { renderTree, type Tree } from '../api/policy/tree.ts'
import { renderUpgraded, upgradeRules } from '../api/policy/upgrade.ts'
import { writeText } from '../config/write-text.ts'
import { displayPath } from '../diagnostic.ts'
import { ExitCode, SlipwayError } from '../errors.ts'
import { readText } from '../ini/read-text.ts'
import {
  declaredPolicies,
  openPolicies,
  type PolicyFileOptions,
  type PolicyOptions,
  tellWarnings,
} from './policy-rules.ts'
import type { Terminal } from './terminal.ts'

export interface PolicyWriteOptions {
  readonly format?: 'yaml' | 'json'
  readonly outputFile?: string
}

export interface PolicySampleOptions extends PolicyOptions, PolicyWriteOptions {
  readonly excludeDeprecated?: true
}

export interface PolicyUpgradeOptions extends PolicyOptions, PolicyWriteOptions {
  readonly policyFile?: string
}

export async function writeSample(options: PolicySampleOptions, terminal: Terminal): Promise<number> {
  const { sections, problems } = await declaredPolicies(options, terminal)
  tellWarnings(problems, terminal)
  if (sections.length === 0) {
    throw new SlipwayError('SLIPWAY_USAGE', 'the manifest offers no policies', {
      hint: 'name a list of them in it: [entry_points] slipway.policies = shop = shop.policies:rules',
    })
  }
  const { format = 'yaml', excludeDeprecated } = options
  return write(renderSample(sections, { format, excludesDeprecated: excludeDeprecated }), options, terminal)
}

/** Old defaults that still count are written out: what holds is what is written. */
export async function writeMerged(
  options: PolicyWriteOptions & PolicyFileOptions,
  terminal: Terminal,
): Promise<number> {
  const { enforcer, problems } = await openPolicies(options, terminal)
  tellWarnings([...problems, ...enforcer.problems()], terminal)
  const rules = [...enforcer.rules().values()]
  const merged = [...rules.filter(isOfFile), ...rules.filter((rule) => !isOfFile(rule))]
  const text = renderRules(
    merged.map(({ name, source }) => [name, source]),
    options.format ?? 'yaml',
  )
  return write(text, options, terminal)
}

function isOfFile({ origin }: { readonly origin: string }): boolean {
  return origin === 'file'
}

export async function writeUpgraded(options: PolicyUpgradeOptions, terminal: Terminal): Promise<number> {
  if (options.policyFile === undefined) {
    throw new SlipwayError('SLIPWAY_USAGE', 'say which file: --policy-file <file>', {
      hint: 'see: slipway policy upgrade --help',
    })
  }
  const { sections, problems } = await declaredPolicies(options, terminal)
  const file = resolve(terminal.cwd, options.policyFile)
  const old = parsePolicyText(readText(file, { purpose: 'policy file' }), file)
  const declarations = sections.flatMap(({ rules }) => rules)
  const upgraded = upgradeRules(old.rules, declarations, treeOf)
  tellWarnings([...problems, ...old.problems], terminal)
  for (const [name, names] of upgraded.renamed) terminal.err(`renamed  ${name} to ${names.join(', ')}\n`)
  const text =
    options.format === 'json'
      ? renderRules([...upgraded.rules], 'json')
      : renderUpgraded(upgraded, sections, (rule, { check }) => renderTree(treeOf(rule)) === renderTree(treeOf(check)))
  return write(text, options, terminal)
}

/** A comparison of texts needs no check that could be asked. */
const readCheck = checkReader({ own: new Map(), ask: async () => null, loadParent: null, convertField: null })

function treeOf(rule: unknown): Tree {
  return parseRule(rule, readCheck).tree
}

function write(text: string, { outputFile }: PolicyWriteOptions, terminal: Terminal): number {
  if (outputFile === undefined) terminal.out(text)
  else {
    const file = resolve(terminal.cwd, outputFile)
    writeText(file, text)
    terminal.err(`wrote  ${displayPath(file, terminal.cwd)}\n`)
  }
  return ExitCode.ok
}
