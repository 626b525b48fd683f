// `slipway status`: what a running service says of itself.
import { controlFlags, jsonFlag } from './flags.ts'
import type { StatusOptions } from './show-status.ts'
import { headings, type Verb } from './verb.ts'

export const status: Verb<StatusOptions> = {
  usage: 'status',
  heading: headings.run,
  summary: 'Show a running service and its workers',
  details:
    'Asks its control socket (option control_socket). Ends with 1 when a worker is missing, with 69 when nobody answers.',
  flags: [
    ...controlFlags,
    {
      flags: '--watch [seconds]',
      summary: 'again and again, every second or so many, until it is stopped',
      preset: '1',
    },
    jsonFlag,
  ],
  examples: [
    ['slipway status --socket /run/shop/control.sock', 'the service that owns this socket'],
    ['slipway status --config-file etc/shop.conf --watch', 'the one with this configuration, every second'],
  ],
  async run(_args, options, terminal) {
    const { showStatus } = await import('./show-status.ts')
    return showStatus(options, terminal)
  },
}
