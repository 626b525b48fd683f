// `slipway policy …`: what the policies of a service are, whether a file of them is right, and what they decide.
import { configFileFlag, jsonFlag, manifestFlag } from './flags.ts'
import type { PolicyCheckOptions } from './policy-check.ts'
import type { PolicyFileOptions } from './policy-rules.ts'
import type { PolicyValidateOptions } from './policy-validate.ts'
import type { PolicySampleOptions, PolicyUpgradeOptions, PolicyWriteOptions } from './policy-write.ts'
import { type Flag, headings, type Verb, type VerbFamily } from './verb.ts'

const known =
  'Knows the policies that the entry points of "slipway.policies" and "oslo.policy.policies" in the manifest lead to.'

const namespaceFlag: Flag = {
  flags: '--namespace <name>',
  summary: 'only the policies under this entry point; repeatable',
  isRepeatable: true,
}

const policyFileFlag: Flag = { flags: '--policy-file <file>', summary: 'the policy file, YAML or JSON' }

const fileFlags: readonly Flag[] = [
  policyFileFlag,
  { ...configFileFlag, summary: 'the configuration, whose [oslo_policy] names policy files; repeatable' },
  namespaceFlag,
  manifestFlag,
]

const formatFlag: Flag = {
  flags: '--format <format>',
  summary: 'what to write (default: yaml)',
  choices: ['yaml', 'json'],
}
const outputFlag: Flag = { flags: '--output-file <file>', summary: 'write to this file instead of standard output' }

const check: Verb<PolicyCheckOptions> = {
  usage: 'check',
  heading: headings.look,
  summary: 'Decide as the service would: who may do what, and why',
  details: `Without --rule, every policy that has a colon in its name. Ends with 1 when one of them denies. ${known}`,
  flags: [
    { flags: '--access <file>', summary: 'who asks: the JSON that Keystone answers for a token, or plain values' },
    {
      flags: '--target <file>',
      summary: 'what the operation is on, as JSON (default: of the user and the project that ask)',
    },
    { flags: '--rule <name>', summary: 'this policy alone; repeatable', isRepeatable: true },
    { flags: '--is-admin', summary: 'as if the service took the user for an administrator' },
    { flags: '--explain', summary: 'show each part of a policy with its outcome' },
    ...fileFlags,
    jsonFlag,
  ],
  examples: [
    ['slipway policy check --access token.json --policy-file etc/policy.yaml', 'what this token may do'],
    ['slipway policy check --access token.json --rule shop:goods:create --explain', 'why a request was denied'],
  ],
  async run(_args, options, terminal) {
    const { checkPolicies } = await import('./policy-check.ts')
    return checkPolicies(options, terminal)
  },
}

const validate: Verb<PolicyValidateOptions> = {
  usage: 'validate',
  heading: headings.look,
  summary: 'Tell every problem of policy files',
  details: `Rules that cannot be understood, references that lead nowhere or round in circles, names that nothing asks for: errors. Old names: warnings. ${known}`,
  flags: [...fileFlags, { flags: '--fatal-warnings', summary: 'end with 78 for warnings too' }, jsonFlag],
  examples: [
    ['slipway policy validate --policy-file etc/policy.yaml', 'before the file goes where the service reads it'],
  ],
  async run(_args, options, terminal) {
    const { validatePolicies } = await import('./policy-validate.ts')
    return validatePolicies(options, terminal)
  },
}

const listRedundant: Verb<PolicyValidateOptions> = {
  usage: 'list-redundant',
  heading: headings.look,
  summary: 'Show what policy files say that is the default anyway',
  details: known,
  flags: [...fileFlags, { flags: '--fatal-warnings', summary: 'end with 78 when there is any' }, jsonFlag],
  examples: [['slipway policy list-redundant --policy-file etc/policy.yaml', 'what can be taken out of the file']],
  async run(_args, options, terminal) {
    const { listRedundantPolicies } = await import('./policy-validate.ts')
    return listRedundantPolicies(options, terminal)
  },
}

const sample: Verb<PolicySampleOptions> = {
  usage: 'sample',
  heading: headings.write,
  summary: 'Write a sample policy file: every policy with its help and default',
  details: `In the layout of oslopolicy-sample-generator: as YAML all is commented out. ${known}`,
  flags: [
    namespaceFlag,
    { flags: '--exclude-deprecated', summary: 'without what policies were before' },
    formatFlag,
    outputFlag,
    manifestFlag,
  ],
  examples: [['slipway policy sample --output-file etc/policy.yaml.sample', 'the file that operators copy']],
  async run(_args, options, terminal) {
    const { writeSample } = await import('./policy-write.ts')
    return writeSample(options, terminal)
  },
}

const generate: Verb<PolicyWriteOptions & PolicyFileOptions> = {
  usage: 'generate',
  heading: headings.write,
  summary: 'Write all policies as they hold: files over defaults',
  details: known,
  flags: [...fileFlags, formatFlag, outputFlag],
  examples: [['slipway policy generate --policy-file etc/policy.yaml', 'what the service goes by']],
  async run(_args, options, terminal) {
    const { writeMerged } = await import('./policy-write.ts')
    return writeMerged(options, terminal)
  },
}

const upgrade: Verb<PolicyUpgradeOptions> = {
  usage: 'upgrade',
  heading: headings.write,
  summary: 'Write a policy file anew: as YAML, with the names that policies have now',
  details: `Each policy with its help; what is the default is commented out. Comments of the file are not kept. ${known}`,
  flags: [policyFileFlag, namespaceFlag, formatFlag, outputFlag, manifestFlag],
  examples: [
    ['slipway policy upgrade --policy-file policy.json --output-file policy.yaml', 'from the old format to the new'],
  ],
  async run(_args, options, terminal) {
    const { writeUpgraded } = await import('./policy-write.ts')
    return writeUpgraded(options, terminal)
  },
}

export const policy: VerbFamily = {
  name: 'policy',
  heading: headings.look,
  summary: 'Look at policies: what they decide, whether a file of them is right',
  verbs: [check, validate, listRedundant, sample, generate, upgrade],
}
