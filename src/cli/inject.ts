// `slipway inject`: one request through an app, without a socket, and the way it took.
import { jsonFlag, planFlags, standInFlag, targetArgument } from './flags.ts'
import type { InjectOptions } from './inject-request.ts'
import { headings, type Verb } from './verb.ts'

export const inject: Verb<InjectOptions> = {
  usage: 'inject <target> <method> <path>',
  heading: headings.run,
  summary: 'Send a request through an app without a socket; show its way',
  args: [targetArgument, 'GET, POST …', 'the path with its query, from "/"'],
  completes: ['targets', ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']],
  flags: [
    { flags: '-H, --header <line>', summary: 'a header, "name: value"; repeatable', isRepeatable: true },
    { flags: '-d, --data <text>', summary: 'the body; @FILE for the bytes of a file, @- for standard input' },
    standInFlag,
    ...planFlags,
    jsonFlag,
  ],
  examples: [
    ['slipway inject etc/api-paste.ini#shop GET /v1/goods', 'through the real filters and app'],
    ['slipway inject etc/api-paste.ini#shop GET / --stand-in=all', 'only the way, with no code of the project'],
    [
      `slipway inject etc/api-paste.ini#shop POST /v1/goods -H 'content-type: application/json' -d @new.json`,
      'with a body',
    ],
  ],
  async run([target = '', method = '', path = ''], options, terminal) {
    const { injectRequest } = await import('./inject-request.ts')
    return injectRequest({ target: String(target), method: String(method), path: String(path) }, options, terminal)
  },
}
