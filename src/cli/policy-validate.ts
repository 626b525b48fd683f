// Problems of policy files in one report, and what they repeat of the defaults.
import { type Diagnostic, diagnostic, isSlipwayError } from '../errors.ts'
import { needPolicyFile, openPolicies, type PolicyFileOptions } from './policy-rules.ts'
import { tellProblems } from './tell-problems.ts'
import type { Terminal } from './terminal.ts'

export interface PolicyValidateOptions extends PolicyFileOptions {
  readonly fatalWarnings?: true
  readonly json?: true
}

/** 78 when there are errors, or, with `--fatal-warnings`, warnings. */
export async function validatePolicies(options: PolicyValidateOptions, terminal: Terminal): Promise<number> {
  needPolicyFile(options, 'validate')
  const problems = await problemsOf(options, terminal)
  // In a service that runs a name too many is no reason to complain loudly; whoever asks wants to know.
  const told = problems.map((one) =>
    one.code === 'SLIPWAY_POLICY_UNKNOWN' ? { ...one, severity: 'error' as const } : one,
  )
  return tellProblems(told, { json: options.json, isStrict: options.fatalWarnings }, terminal)
}

async function problemsOf(options: PolicyFileOptions, terminal: Terminal): Promise<readonly Diagnostic[]> {
  try {
    const { enforcer, problems } = await openPolicies(options, terminal)
    return [...problems, ...enforcer.problems()]
  } catch (error) {
    // A file that cannot be read as a whole is a finding; what keeps us from looking is not.
    if (!isSlipwayError(error) || error.code !== 'SLIPWAY_POLICY_FILE') throw error
    return error.problems
  }
}

export async function listRedundantPolicies(options: PolicyValidateOptions, terminal: Terminal): Promise<number> {
  needPolicyFile(options, 'list-redundant')
  const { enforcer, problems } = await openPolicies(options, terminal)
  const found = enforcer
    .redundant()
    .map(({ name, nameWhere: where }) =>
      diagnostic('warning', 'SLIPWAY_POLICY_REDUNDANT', `policy "${name}" says what its default says`, { where }),
    )
  return tellProblems([...problems, ...found], { json: options.json, isStrict: options.fatalWarnings }, terminal)
}
