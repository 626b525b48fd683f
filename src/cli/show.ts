// `slipway show`: what a deployment file says, object by object.
import { jsonFlag, planFlags, targetArgument } from './flags.ts'
import type { ShowOptions } from './show-plan.ts'
import { headings, type Verb } from './verb.ts'

export const show: Verb<ShowOptions> = {
  usage: 'show <target>',
  heading: headings.look,
  summary: 'Show the objects of an app with their factories and settings',
  args: [targetArgument],
  completes: ['targets'],
  flags: [
    ...planFlags,
    { flags: '--show-secrets', summary: 'show settings whose names say that they are secret' },
    jsonFlag,
  ],
  examples: [
    ['slipway show etc/api-paste.ini#shop', 'the settings that each factory will get'],
    ['slipway show etc/api-paste.ini#shop --json', 'the plan, for a program'],
  ],
  async run([target = ''], options, terminal) {
    const { showTarget } = await import('./show-plan.ts')
    return showTarget(String(target), options, terminal)
  },
}
