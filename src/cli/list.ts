// `slipway list`: the entry points of a manifest.
import { jsonFlag, manifestFlag } from './flags.ts'
import type { ListOptions } from './list-entry-points.ts'
import { headings, type Verb } from './verb.ts'

export const list: Verb<ListOptions> = {
  usage: 'list',
  heading: headings.look,
  summary: 'List entry points and the file that each leads to',
  flags: [
    { flags: '--group <name>', summary: 'only the entry points of this group', completes: 'groups' },
    {
      flags: '--all',
      summary: 'those of workspaces and installed packages too, as plugins are found',
      conflicts: ['manifest'],
    },
    { flags: '--no-cache', summary: 'with --all: look at every package, whatever is known from before' },
    manifestFlag,
    jsonFlag,
  ],
  examples: [
    ['slipway list', 'everything that the project of this folder offers'],
    ['slipway list --group console_scripts', 'its commands'],
    ['slipway list --all --group shop.drivers', 'the plugins of a group, whichever package brings them'],
    ['slipway list --manifest node_modules/shop --json', 'those of an installed package, for a program'],
  ],
  async run(_args, options, terminal) {
    const { listEntryPoints } = await import('./list-entry-points.ts')
    return listEntryPoints(options, terminal)
  },
}
