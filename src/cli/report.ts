// `slipway report`: everything about a running service, for finding out what is wrong with it.
import type { Report } from '../launch/observe/report.ts'
import { type ControlOptions, controlFlags, jsonFlag } from './flags.ts'
import { headings, type Verb } from './verb.ts'

export const report: Verb<ControlOptions & { readonly json?: true }> = {
  usage: 'report',
  heading: headings.run,
  summary: 'Show all about a running service, for finding faults',
  details:
    'Versions, processes with their memory, event loops and requests in hand, threads with their stacks, configuration with secrets masked. As SIGUSR2 does. A worker that does not answer within 2 seconds is said to be blocked.',
  flags: [...controlFlags, jsonFlag],
  examples: [['slipway report --socket /run/shop/control.sock > shop.txt', 'to look at, or to pass on']],
  async run(_args, { json, ...options }, terminal) {
    const { askService, socketPath } = await import('./control.ts')
    const made = (await askService(socketPath(options), 'GET', '/report')) as Report
    if (json) return terminal.out(`${JSON.stringify(made)}\n`)
    const { renderReport } = await import('../launch/observe/report-text.ts')
    terminal.out(renderReport(made))
  },
}
