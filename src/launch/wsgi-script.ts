// What the scripts of wsgi_scripts call. Imported, such a script is a module for a server that is not ours; run
// directly, it is a server for development: one process, no workers, no drain, no configuration of its own.
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { parseArgs } from 'node:util'
import { runConsoleScript, type ScriptTarget } from '../entrypoints/run-main.ts'
import { SlipwayError } from '../errors.ts'
import { adoptApp, type App, toNode } from '../http/index.ts'
import { createServer } from '../http/node-http.ts'
import { bindFailure } from './bind-error.ts'

export interface WsgiExports {
  /** The app that the target gives, built with the first request. */
  readonly application: App
  /** The same for `http.createServer` and every other server of Node. */
  readonly handler: (req: IncomingMessage, res: ServerResponse) => void
}

/**
 * The exports of the module. Opens no socket, and builds nothing before the first request. A build that fails is told on
 * standard error and tried again with the next request.
 */
export function wsgiExports(target: ScriptTarget): WsgiExports {
  let app: App | null = null
  let building: Promise<App> | null = null
  const ready = async (): Promise<App> => {
    building ??= buildApp(target)
    try {
      app = await building
      return app
    } finally {
      building = null
    }
  }
  const application: App = (req) => (app === null ? ready().then((built) => built(req)) : app(req))
  return { application, handler: toNode(application, { log: standardError }) }
}

/**
 * Serves the app of the target until the process is told to end: `[--host HOST] [--port PORT] [-- its arguments]`.
 * @public
 */
export async function runWsgiScript(target: ScriptTarget, name: string, argv: readonly string[]): Promise<void> {
  await runConsoleScript(() => serveForDevelopment(target, name, argv), { name })
}

async function serveForDevelopment(target: ScriptTarget, name: string, argv: readonly string[]): Promise<void> {
  const { host, port, isHelpWanted, passed } = readArguments(name, argv)
  if (isHelpWanted) {
    process.stdout.write(helpText(name, target))
    return
  }
  // The target reads the arguments after "--" as a command reads its own.
  process.argv.splice(2, Infinity, ...passed)
  const app = await buildApp(target, passed)
  const server = createServer(toNode(app, { log: standardError }))
  const listening = once(server, 'listening')
  server.listen(host === '' ? { port } : { host, port })
  try {
    await listening
  } catch (error) {
    const address = { kind: 'tcp', host: host === '' ? '0.0.0.0' : host, port } as const
    const request = { address, where: null, origin: '--host and --port' }
    throw bindFailure(request, error as NodeJS.ErrnoException)
  }
  process.stdout.write(banner(target, host, (server.address() as AddressInfo).port))
  await once(server, 'close')
}

async function buildApp(target: ScriptTarget, argv: readonly string[] = []): Promise<App> {
  const make = await target.load()
  return adoptApp(await make(argv))
}

interface Arguments {
  /** Empty: all addresses. */
  readonly host: string
  readonly port: number
  readonly isHelpWanted: boolean
  readonly passed: readonly string[]
}

const options = {
  host: { type: 'string', short: 'b', default: '' },
  port: { type: 'string', short: 'p', default: '8000' },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** @throws SlipwayError SLIPWAY_USAGE */
function readArguments(name: string, argv: readonly string[]): Arguments {
  const end = argv.indexOf('--')
  const args = end === -1 ? [...argv] : argv.slice(0, end)
  const { host, port, help } = parsedArguments(name, args)
  if (!/^\d{1,5}$/u.test(port) || Number(port) > 65_535) {
    throw usage(name, `--port "${port}" is no port`, 'a number from 0 to 65535')
  }
  return { host, port: Number(port), isHelpWanted: help, passed: end === -1 ? [] : argv.slice(end + 1) }
}

function parsedArguments(name: string, args: string[]) {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values
  } catch (error) {
    const [said = ''] = (error as Error).message.split(/[.\n]/u, 1)
    const text = said.slice(0, 1).toLowerCase() + said.slice(1).replaceAll("'", '"')
    throw usage(name, text, '[--host HOST] [--port PORT] [-- arguments of the application]')
  }
}

function usage(name: string, message: string, expected: string): SlipwayError {
  return new SlipwayError('SLIPWAY_USAGE', message, { expected, hint: `see: ${name} --help` })
}

function helpText(name: string, target: ScriptTarget): string {
  return [
    `usage: ${name} [--host HOST] [--port PORT] [-- arguments of the application]`,
    '',
    `Serves ${target.reference} with one process, for development.`,
    '',
    'options:',
    '  -b, --host HOST  address to listen on (default: all addresses)',
    '  -p, --port PORT  port to listen on (default: 8000; 0: any that is free)',
    '  -h, --help       show this help',
    '',
  ].join('\n')
}

function banner(target: ScriptTarget, host: string, port: number): string {
  const shown = host === '' ? hostname() : host
  const rule = '*'.repeat(80)
  return [
    rule,
    `STARTING test server ${target.reference.replace(':', '.')}`,
    `Available at http://${shown.includes(':') ? `[${shown}]` : shown}:${port}/`,
    'For development only: it has one process and loses requests when it ends',
    rule,
    '',
  ].join('\n')
}

/** Where an app without a logger of its own says why a request failed. */
const standardError = {
  error(fields: object, message: string): void {
    const cause: unknown = 'err' in fields ? fields.err : undefined
    void import('../entrypoints/script-failure.ts').then(({ renderFailure }) => {
      process.stderr.write(`${message}\n${renderFailure(cause)}\n`)
    })
  },
}
