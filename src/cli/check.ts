// `slipway check`: every problem of a manifest, a deployment file, a configuration, before a start meets it.
import type { CheckOptions } from './check-targets.ts'
import { jsonFlag, planFlags } from './flags.ts'
import { headings, type Verb } from './verb.ts'

export const check: Verb<CheckOptions> = {
  usage: 'check [targets...]',
  heading: headings.look,
  summary: 'Tell every problem of deployment files, manifests, configuration',
  details:
    'Without a target the manifest is checked, with all that its entry points name. Runs no code of the project unless --import asks for it. Ends with 78 when there are errors.',
  args: ['FILE, FILE#name for what that app reaches, or a manifest (default: the manifest)'],
  completes: ['targets'],
  flags: [
    ...planFlags,
    {
      flags: '--import',
      summary: 'import what the files name, so that attributes and declared settings are checked too',
    },
    { flags: '--strict', summary: 'end with 78 when there are warnings' },
    jsonFlag,
  ],
  examples: [
    ['slipway check', 'the manifest of this folder'],
    ['slipway check etc/api-paste.ini --import', 'a deployment file and the code that it names'],
    ['slipway check etc/api-paste.ini#shop --config-file etc/shop.conf', 'what one app reaches, as configured'],
  ],
  async run([targets], options, terminal) {
    const { checkTargets } = await import('./check-targets.ts')
    return checkTargets(typeof targets === 'object' ? targets : [], options, terminal)
  },
}
