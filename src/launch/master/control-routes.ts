// What the control socket answers to: its paths, what they do, and every refusal as the command line would tell it. Runs
// in the process that launched.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { closeNames } from '../../diagnostic.ts'
import { type ErrorCode, isSlipwayError, SlipwayError } from '../../errors.ts'
import { levelNames, parseLevel } from '../../log/levels.ts'
import { toFailure } from '../failure.ts'
import { isServing, type Overview } from '../observe/overview.ts'
import type { ServiceStatus } from '../status.ts'
import { expositionType } from '../observe/exposition.ts'
import type { UpgradeOutcome } from './upgrade.ts'

/** What the socket lets its owner do. */
export interface ControlOrders {
  status(): ServiceStatus
  reload(reason: string): Promise<void>
  /** `service` may be null where there is one. */
  scale(workers: number, service: string | null, reason: string): Promise<void>
  /** Resolves with the exit status when everything has ended. */
  stop(reason: string): Promise<number>
  /**
   * Puts a new master in the place of this one; `node` is the path of its Node, null for the same. Resolves when the new
   * one serves.
   */
  upgrade(node: string | null, reason: string): Promise<UpgradeOutcome>
}

export interface Controls {
  readonly orders: ControlOrders
  readonly overview: Pick<Overview, 'metrics' | 'levels' | 'setLevel' | 'resetLevels' | 'report'>
}

const longestBody = 10_000
const who = 'the control socket'

interface Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly controls: Controls
}

type Handler = (exchange: Exchange) => void | Promise<void>

interface Route {
  readonly GET?: Handler
  readonly POST?: Handler
}

const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/status', { GET: ({ res, controls }) => reply(res, 200, controls.orders.status()) }],
  ['/healthz', { GET: health }],
  ['/metrics', { GET: metrics }],
  ['/report', { GET: async ({ res, controls }) => reply(res, 200, await controls.overview.report(who)) }],
  ['/log-level', { GET: ({ res, controls }) => reply(res, 200, controls.overview.levels()), POST: setLevel }],
  ['/reload', { POST: reload }],
  ['/scale', { POST: scale }],
  ['/upgrade', { POST: upgrade }],
  ['/stop', { POST: stop }],
])

/** Never rejects. */
export async function answerControl(req: IncomingMessage, res: ServerResponse, controls: Controls): Promise<void> {
  try {
    const handler = find(req, res)
    await handler({ req, res, controls })
  } catch (error) {
    const failure = toFailure(error, 'SLIPWAY_INTERNAL', 'the request failed')
    if (res.headersSent) res.destroy()
    else reply(res, error instanceof Refusal ? error.status : isSlipwayError(error) ? 409 : 500, failure)
  }
}

/** The request itself is wrong, whatever the service does. */
class Refusal extends SlipwayError {
  readonly status: number

  constructor(status: number, message: string, parts: ConstructorParameters<typeof SlipwayError>[2]) {
    super('SLIPWAY_USAGE' satisfies ErrorCode, message, parts)
    this.status = status
  }
}

function find(req: IncomingMessage, res: ServerResponse): Handler {
  const { method = '', url = '' } = req
  const [path = ''] = url.split('?')
  const route = routes.get(path)
  if (route === undefined) {
    const near = closeNames(path, routes.keys())
    throw new Refusal(404, `the control socket does not know "${path}"`, {
      alternatives: near.length > 0 ? near : [...routes.keys()],
    })
  }
  const handler = method === 'HEAD' ? route.GET : method === 'GET' || method === 'POST' ? route[method] : undefined
  if (handler !== undefined) return handler
  const allowed = Object.keys(route)
  res.setHeader('allow', allowed.join(', '))
  throw new Refusal(405, `"${path}" takes no ${method}`, { expected: allowed.join(' or ') })
}

/** For what watches over the service: 200 when every worker serves, also while they are replaced. */
function health({ res, controls }: Exchange): void {
  const { state } = controls.orders.status()
  reply(res, isServing(state) ? 200 : 503, { state })
}

async function metrics({ res, controls }: Exchange): Promise<void> {
  const text = await controls.overview.metrics()
  res.writeHead(200, { 'content-type': expositionType }).end(text)
}

async function reload({ res, controls }: Exchange): Promise<void> {
  await controls.orders.reload(who)
  reply(res, 200, controls.orders.status())
}

/** `{"workers": 4, "service": "api"}` */
async function scale({ req, res, controls }: Exchange): Promise<void> {
  const expected = '{"workers": 4}, and "service" where there are several'
  const { workers, service = null } = await bodyOf(req, expected)
  if (typeof workers !== 'number') throw unusable('the number of workers is missing', workers, expected)
  if (typeof service !== 'string' && service !== null) throw unusable('the service is no name', service, expected)
  await controls.orders.scale(workers, service, who)
  reply(res, 200, controls.orders.status())
}

/** `{"level": "DEBUG", "logger": "shop.db"}`; a level of null takes what was set back, without a logger all of it. */
async function setLevel({ req, res, controls }: Exchange): Promise<void> {
  const expected = '{"level": "DEBUG"}, or {"level": null, "logger": "NAME"}'
  const { level, logger = null } = await bodyOf(req, expected)
  if (typeof level !== 'string' && level !== null) throw unusable('the level is missing', level, expected)
  if (typeof logger !== 'string' && logger !== null) throw unusable('the logger is no name', logger, expected)
  if (level !== null && parseLevel(level) === null) {
    throw new Refusal(400, `there is no level "${level}"`, { alternatives: levelNames })
  }
  if (level === null && logger === null) controls.overview.resetLevels(who)
  else controls.overview.setLevel({ logger: logger ?? 'root', level }, who)
  reply(res, 200, controls.overview.levels())
}

/** `{"node": "/usr/bin/node"}`, or `{}` for the same. */
async function upgrade({ req, res, controls }: Exchange): Promise<void> {
  const expected = '{}, or {"node": "/usr/bin/node"}'
  const { node = null } = await bodyOf(req, expected)
  if (typeof node !== 'string' && node !== null) throw unusable('the node is no path', node, expected)
  reply(res, 200, await controls.orders.upgrade(node, who))
}

async function stop({ res, controls }: Exchange): Promise<void> {
  // Whoever asked waits for the end of the body, which is the end of the service.
  res.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).flushHeaders()
  res.end(`${JSON.stringify({ status: await controls.orders.stop(who) })}\n`)
}

async function bodyOf(req: IncomingMessage, expected: string): Promise<Readonly<Record<string, unknown>>> {
  let text = ''
  for await (const chunk of req) {
    text += String(chunk)
    if (text.length > longestBody) {
      throw new Refusal(413, 'the body of the request is too long', { expected: `${longestBody} characters at most` })
    }
  }
  const value = parsed(text, expected)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw unusable('the body of the request is no record', value, expected)
}

function parsed(text: string, expected: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const found = text === '' ? 'nothing' : text.slice(0, 80)
    throw new Refusal(400, 'the body of the request is not JSON', { found, expected, cause })
  }
}

function unusable(message: string, found: unknown, expected: string): Refusal {
  return new Refusal(400, message, { found: JSON.stringify(found)?.slice(0, 80) ?? 'nothing', expected })
}

function reply(res: ServerResponse, status: number, value: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`)
}
