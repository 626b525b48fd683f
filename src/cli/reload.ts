// `slipway reload`: a running service reads its configuration and deployment file anew.
import { type ControlOptions, controlFlags, jsonFlag } from './flags.ts'
import { headings, type Verb } from './verb.ts'

export const reload: Verb<ControlOptions & { readonly json?: true }> = {
  usage: 'reload',
  heading: headings.run,
  summary: 'Make a running service read its files anew',
  details:
    'Configuration, manifest and deployment file. As SIGHUP does, and waits for the outcome: its status when the new workers serve, or every problem, and then nothing has changed.',
  flags: [...controlFlags, jsonFlag],
  examples: [['slipway reload --socket /run/shop/control.sock', 'without a lost request']],
  async run(_args, options, terminal) {
    const { askService, socketPath } = await import('./control.ts')
    const { tellStatus } = await import('./show-status.ts')
    tellStatus(await askService(socketPath(options), 'POST', '/reload'), options.json, terminal)
  },
}
