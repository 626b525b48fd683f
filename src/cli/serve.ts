// `slipway serve`: an app of a deployment file, served.
import { planFlags, standInFlag, targetArgument } from './flags.ts'
import type { ServeOptions } from './serve-target.ts'
import { headings, type Verb } from './verb.ts'

export const serve: Verb<ServeOptions> = {
  usage: 'serve <target>',
  heading: headings.run,
  summary: 'Serve an app of a deployment file',
  details: 'TERM and INT drain it, a second one ends it at once.',
  args: [targetArgument],
  completes: ['targets'],
  flags: [
    { flags: '--host <host>', summary: 'the address to serve on (default: 127.0.0.1)', conflicts: ['listen'] },
    { flags: '--port <number>', summary: 'its port, 0 for any free one (default: 8774)', conflicts: ['listen'] },
    {
      flags: '--listen <address>',
      summary: 'host:port, [IPv6 address]:port or unix:/path?mode=0660; repeatable',
      isRepeatable: true,
    },
    { flags: '--workers <number>', summary: 'how many processes share the address (default: 1, in this process)' },
    { flags: '--reload', summary: 'for development: serve what was saved last' },
    {
      flags: '--inspect [port]',
      summary: 'for development: open the inspector of each worker, the first on this port, 0 for any free one',
      preset: '9229',
    },
    standInFlag,
    ...planFlags,
  ],
  examples: [
    ['slipway serve etc/api-paste.ini#shop', 'on http://127.0.0.1:8774'],
    ['slipway serve etc/api-paste.ini#shop --config-file etc/shop.conf --workers 2', 'as configured, in two processes'],
    ['slipway serve etc/api-paste.ini#shop --port 0 --stand-in=all', 'with no code of the project, to try clients on'],
  ],
  async run([target = ''], options, terminal) {
    const { serveTarget } = await import('./serve-target.ts')
    return serveTarget(String(target), options, terminal)
  },
}
