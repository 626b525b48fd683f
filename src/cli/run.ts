// `slipway run`: a command of a manifest, without installing it.
import { manifestFlag } from './flags.ts'
import type { RunOptions } from './run-script.ts'
import { headings, type Verb } from './verb.ts'

export const run: Verb<RunOptions> = {
  usage: 'run <name> [args...]',
  heading: headings.run,
  summary: 'Run a console script of the manifest',
  details: 'What follows the name goes to the script; a first "--" is taken away.',
  args: ['the name of an entry of console_scripts', 'its arguments'],
  completes: ['console scripts', 'files'],
  flags: [manifestFlag],
  passesOn: true,
  examples: [
    ['slipway run shop-server -- --config-file etc/shop.conf', 'a service, from its sources'],
    ['slipway run --manifest ../shop shop-manage upgrade', 'a command of another project'],
  ],
  async run([name = '', ...args], options, terminal) {
    const { runScript } = await import('./run-script.ts')
    return runScript(String(name), args.map(String), options, terminal)
  },
}
