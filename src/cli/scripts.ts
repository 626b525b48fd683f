// `slipway scripts`: the start scripts of a manifest, written or compared.
import { jsonFlag, manifestFlag } from './flags.ts'
import type { ScriptsOptions } from './write-scripts.ts'
import { headings, type Verb } from './verb.ts'

export const scripts: Verb<ScriptsOptions> = {
  usage: 'scripts',
  heading: headings.write,
  summary: 'Write the start scripts of the manifest, or compare them',
  details:
    'Of every entry of console_scripts, gui_scripts and wsgi_scripts, with the lines of "bin" in package.json that npm installs them by. Other files of the folder, and other commands of package.json, are left alone.',
  flags: [
    { flags: '--write', summary: 'write those that are missing or differ', conflicts: ['check'] },
    { flags: '--check', summary: 'write nothing; end with 78 when one is missing or differs' },
    { flags: '--bin <folder>', summary: 'their folder (default: "bin" beside the manifest)' },
    manifestFlag,
    jsonFlag,
  ],
  examples: [
    ['slipway scripts --write', 'after an edit of the manifest'],
    ['slipway scripts --check', 'in a test: are bin/ and package.json what the manifest says'],
  ],
  async run(_args, options, terminal) {
    const { makeScripts } = await import('./write-scripts.ts')
    return makeScripts(options, terminal)
  },
}
