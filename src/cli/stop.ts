// `slipway stop`: a running service drains and ends.
import { type ControlOptions, controlFlags } from './flags.ts'
import { headings, type Verb } from './verb.ts'

export const stop: Verb<ControlOptions> = {
  usage: 'stop',
  heading: headings.run,
  summary: 'Drain a running service and wait for its end',
  details: 'As SIGTERM does. Ends with the status of the service: 0 when nothing was cut.',
  flags: [...controlFlags],
  examples: [['slipway stop --socket /run/shop/control.sock', 'returns when the last request is answered']],
  async run(_args, options) {
    const { askService, socketPath } = await import('./control.ts')
    const { status } = (await askService(socketPath(options), 'POST', '/stop')) as { readonly status: number }
    return status
  },
}
