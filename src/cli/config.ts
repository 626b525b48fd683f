// `slipway config …`: what a configuration says, whether it is right, and what it may say.
import { configFileFlag, jsonFlag, manifestFlag } from './flags.ts'
import type { ConfigGetOptions } from './get-config.ts'
import type { ConfigShowOptions } from './show-config.ts'
import type { ConfigValidateOptions } from './validate-config.ts'
import type { Terminal } from './terminal.ts'
import { type Flag, headings, type Verb, type VerbArguments, type VerbFamily } from './verb.ts'
import type { ReferenceOptions, SampleOptions } from './write-reference.ts'

const known =
  'Knows the options of logging and of the launcher, and those that the entry points of "slipway.config" and "oslo.config.opts" in the manifest lead to.'

const show: Verb<ConfigShowOptions> = {
  usage: 'show',
  heading: headings.look,
  summary: 'Show every option with its value and its origin',
  details: `${known} Secrets are masked.`,
  flags: [configFileFlag, { flags: '--changed', summary: 'only what is not at its default' }, manifestFlag, jsonFlag],
  examples: [
    ['slipway config show --config-file etc/shop.conf', 'all values, with their origin'],
    ['slipway config show --config-file etc/shop.conf --changed', 'what the file and the environment change'],
  ],
  async run(_args, options, terminal) {
    const { showConfig } = await import('./show-config.ts')
    return showConfig(options, terminal)
  },
}

const get: Verb<ConfigGetOptions> = {
  usage: 'get <option>',
  heading: headings.look,
  summary: 'Show the value of one option alone, for scripts',
  details: 'As a file would hold it; a multi-valued option has a line for each value. A secret is refused.',
  args: ['its name: workers of [DEFAULT], cors.max_age of [cors]'],
  completes: ['options'],
  flags: [
    configFileFlag,
    { flags: '--show-secrets', summary: 'secrets as well' },
    manifestFlag,
    { ...jsonFlag, summary: 'its typed value as JSON' },
  ],
  examples: [['slipway config get workers --config-file etc/shop.conf', 'how many workers the service has']],
  async run([option], options, terminal) {
    const { getConfig } = await import('./get-config.ts')
    return getConfig(String(option), options, terminal)
  },
}

const validate: Verb<ConfigValidateOptions> = {
  usage: 'validate',
  heading: headings.look,
  summary: 'Check configuration files against all options that are declared',
  details: `Unknown groups and options, values, what is required: errors. Old names and what will be removed: warnings. ${known}`,
  flags: [
    configFileFlag,
    {
      flags: '--exclude-group <name>',
      summary: 'ignore what stands in this group; repeatable',
      isRepeatable: true,
      completes: 'option groups',
    },
    { flags: '--check-defaults', summary: 'warn of values that differ from their default' },
    { flags: '--fatal-warnings', summary: 'end with 78 for warnings too' },
    manifestFlag,
    jsonFlag,
  ],
  examples: [
    ['slipway config validate --config-file etc/shop.conf', 'before the service is restarted'],
    ['slipway config validate --config-file etc/shop.conf --fatal-warnings', 'in a test of a deployment'],
  ],
  async run(_args, options, terminal) {
    const { validateConfig } = await import('./validate-config.ts')
    return validateConfig(options, terminal)
  },
}

async function reference(_args: VerbArguments, options: SampleOptions, terminal: Terminal): Promise<number> {
  const { writeReference } = await import('./write-reference.ts')
  return writeReference(options, terminal)
}

const referenceFlags: readonly Flag[] = [
  {
    flags: '--namespace <name>',
    summary: 'only the options under this entry point; repeatable',
    isRepeatable: true,
    completes: 'namespaces',
  },
  { flags: '--output-file <file>', summary: 'write to this file instead of standard output' },
  manifestFlag,
]

const sample: Verb<SampleOptions> = {
  usage: 'sample',
  heading: headings.write,
  summary: 'Write a sample configuration file: every option with its help and default',
  details: `In the layout of oslo-config-generator. ${known} Other namespaces are asked for by name: slipway.middleware, oslo.log, keystonemiddleware.auth_token …`,
  flags: [
    ...referenceFlags,
    { flags: '--wrap-width <number>', summary: 'characters of a line of help (default: 70), 0 for no limit' },
    { flags: '--minimal', summary: 'only the options that must be set, as lines that count' },
    { flags: '--summarize', summary: 'only the first paragraph of each help' },
    { flags: '--format <format>', summary: 'what to write (default: ini)', choices: ['ini', 'json', 'markdown'] },
  ],
  examples: [
    ['slipway config sample --output-file etc/shop.conf.sample', 'the file that operators copy'],
    ['slipway config sample --namespace shop --format json', 'its own options alone, for a program'],
  ],
  run: reference,
}

const docs: Verb<ReferenceOptions> = {
  usage: 'docs',
  heading: headings.write,
  summary: 'Write a reference of every option, in Markdown',
  details: known,
  flags: referenceFlags,
  examples: [['slipway config docs --output-file docs/options.md', 'a document for operators']],
  async run(args, options, terminal) {
    return reference(args, { ...options, format: 'markdown' }, terminal)
  },
}

export const config: VerbFamily = {
  name: 'config',
  heading: headings.look,
  summary: 'Look at a configuration, check it, write a sample of it',
  verbs: [show, get, validate, sample, docs],
}
