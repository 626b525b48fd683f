// `slipway scale`: another number of workers for a running service.
import { SlipwayError } from '../errors.ts'
import { type ControlOptions, controlFlags, jsonFlag } from './flags.ts'
import { type Flag, headings, type Verb } from './verb.ts'

const serviceFlag: Flag = { flags: '--service <name>', summary: 'which of its services, where it has several' }

export const scale: Verb<ControlOptions & { readonly json?: true; readonly service?: string }> = {
  usage: 'scale <workers>',
  heading: headings.run,
  summary: 'Change the number of workers of a running service',
  details:
    'It holds until the option workers changes or the service starts again. One that was started with one worker has no others.',
  args: ['how many workers it shall have'],
  flags: [serviceFlag, ...controlFlags, jsonFlag],
  examples: [['slipway scale 4 --socket /run/shop/control.sock', 'returns when all four serve']],
  async run([text = ''], options, terminal) {
    const workers = Number(text)
    if (!/^\d+$/u.test(String(text))) {
      throw new SlipwayError('SLIPWAY_USAGE', `"${String(text)}" is no number of workers`, {
        expected: 'an integer from 1',
        hint: 'see: slipway scale --help',
      })
    }
    const { askService, socketPath } = await import('./control.ts')
    const { tellStatus } = await import('./show-status.ts')
    const { service } = options
    tellStatus(await askService(socketPath(options), 'POST', '/scale', { workers, service }), options.json, terminal)
  },
}
