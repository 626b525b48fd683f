// `slipway upgrade`: a new master, of new code or another Node, takes the place of a running one.
import { resolve } from 'node:path'
import type { UpgradeOutcome } from '../launch/master/upgrade.ts'
import { type ControlOptions, controlFlags, jsonFlag } from './flags.ts'
import { headings, type Verb } from './verb.ts'

export const upgrade: Verb<ControlOptions & { readonly json?: true; readonly node?: string }> = {
  usage: 'upgrade',
  heading: headings.run,
  summary: 'Start a running service anew without losing a request',
  details:
    'A new master with new code takes over the sockets; when it is ready, the one before finishes what it has in hand and ends. If it cannot start, the one before goes on. The pid changes: under systemd this takes Type=notify.',
  flags: [
    ...controlFlags,
    { flags: '--node <path>', summary: 'the Node to run it with from here on (default: the same)' },
    jsonFlag,
  ],
  examples: [
    ['slipway upgrade --socket /run/shop/control.sock', 'after the new version was installed'],
    ['slipway upgrade --config-file /etc/shop.conf --node /opt/node-24/bin/node', 'from one Node to another'],
  ],
  async run(_args, options, terminal) {
    const { askService, socketPath } = await import('./control.ts')
    const { tellStatus } = await import('./show-status.ts')
    const path = socketPath(options)
    const body = options.node === undefined ? {} : { node: resolve(options.node) }
    const { pid, before } = (await askService(path, 'POST', '/upgrade', body)) as UpgradeOutcome
    terminal.err(`pid ${pid} has taken over; pid ${before} finishes what it has in hand\n`)
    tellStatus(await askService(path, 'GET', '/status'), options.json, terminal)
  },
}
