// `slipway start-chain`: how a command starts, step by step.
import { configFileFlag, jsonFlag, manifestFlag } from './flags.ts'
import type { StartChainOptions } from './show-start-chain.ts'
import { headings, type Verb } from './verb.ts'

export const startChain: Verb<StartChainOptions> = {
  usage: 'start-chain <name>',
  heading: headings.look,
  summary: 'Show how a command starts: script, reference, module, configuration, pipeline',
  details:
    'Each step with its place. Imports the modules that declare options, and no other code. A command whose options name no deployment file serves none: its chain ends with the configuration. Ends with 78 when a step leads nowhere.',
  args: ['the name of an entry of console_scripts, gui_scripts or wsgi_scripts'],
  completes: ['commands'],
  flags: [
    configFileFlag,
    {
      flags: '--flavour <key>',
      summary: 'the pipeline that choosing composites take, whatever the configuration says',
    },
    { flags: '--bin <folder>', summary: 'the folder of the start scripts (default: "bin" beside the manifest)' },
    manifestFlag,
    jsonFlag,
  ],
  examples: [
    ['slipway start-chain shop-server', 'from the command to the pipeline'],
    ['slipway start-chain shop-server --config-file etc/shop.conf', 'as it starts with this configuration'],
  ],
  async run([name], options, terminal) {
    const { showStartChain } = await import('./show-start-chain.ts')
    return showStartChain(String(name), options, terminal)
  },
}
