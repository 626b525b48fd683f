// `slipway config show`: every option with its value and where that comes from.
import type { ConfigShowOptions } from './show-config.ts'
import { configFileFlag, jsonFlag, manifestFlag } from './flags.ts'
import { headings, type Verb, type VerbFamily } from './verb.ts'

const show: Verb<ConfigShowOptions> = {
  usage: 'show',
  heading: headings.look,
  summary: 'Show every option with its value and its origin',
  details:
    'Knows the options of logging and of the launcher, and the groups that the entry points of "slipway.config" in the manifest lead to. Secrets are masked.',
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

export const config: VerbFamily = {
  name: 'config',
  heading: headings.look,
  summary: 'Look at a configuration',
  verbs: [show],
}
