// The command `service-keystone`: a stand-in for Keystone on this machine, to develop and to test with. Its users are
// those of a file and it believes whoever can reach it, so it listens on 127.0.0.1 and nowhere else.
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { bool, duration, group, port, readConfig, str } from '../../config/index.ts'
import { SlipwayError } from '../../errors.ts'
import { createEdge } from '../../http/index.ts'
import { createServer } from '../../http/node-http.ts'
import { readText } from '../../ini/read-text.ts'
import { type Directory, parseDirectory } from '../keystone-stand-in/directory.ts'
import { KeystoneStandIn } from '../keystone-stand-in/stand-in.ts'
import { readVersion } from '../version.ts'

const standInGroup = group('DEFAULT', {
  port: port({ default: 5000, cli: true, help: 'Port of 127.0.0.1; 0 is any free one.' }),
  users: str({
    cli: true,
    help: 'File of users, roles and services in JSON; admin, demo, reader and service unless set.',
  }),
  token_lifetime: duration({ default: 3600, min: 1, cli: true, help: 'How long a token holds good: 1h.' }),
  until_stdin_ends: bool({
    default: false,
    cli: true,
    help: 'End when standard input does: with the program that started it.',
  }),
})

/** Serves until it is told to stop. */
export async function main(argv: readonly string[]): Promise<number> {
  const conf = readConfig({
    groups: [standInGroup],
    argv,
    prog: 'service-keystone',
    version: readVersion(),
    description: 'A stand-in for Keystone, for development: it checks nothing that an attacker could not pass.',
    defaultFiles: [],
    defaultFolders: [],
  })
  const settings = conf.get(standInGroup)
  const directory = readDirectory(settings.users)
  const { app } = new KeystoneStandIn({ directory, tokenLifetime: settings.token_lifetime })
  const server = createServer(createEdge(app, { log: { error: (_fields, message) => tell(message) } }).handle)
  const url = await new Promise<string>((resolve, reject) => {
    server.on('error', reject)
    server.listen(settings.port, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    })
  }).catch((cause: unknown) => {
    throw new SlipwayError('SLIPWAY_LAUNCH_BIND', `port ${settings.port} of 127.0.0.1 cannot be had`, {
      hint: 'another --port, or 0 for any',
      cause,
    })
  })
  tell('a stand-in for Keystone: FOR DEVELOPMENT ONLY. Its passwords are known to everybody.')
  tell(`users: ${directory.users.map(({ name }) => name).join(', ')}`)
  process.stdout.write(`listening on ${url}\n`)
  await untilStopped(settings.until_stdin_ends)
  server.closeAllConnections()
  server.close()
  return 0
}

function readDirectory(given: string | null): Directory {
  const file = given ?? fileURLToPath(new URL('../../../etc/keystone/users.json', import.meta.url))
  return parseDirectory(readText(file, { purpose: 'users file' }), file)
}

function untilStopped(withInput: boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.stdin.destroy()
      resolve()
    }
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
    if (withInput) process.stdin.on('end', stop).on('error', stop).resume()
  })
}

function tell(text: string): void {
  process.stderr.write(`service-keystone: ${text}\n`)
}
