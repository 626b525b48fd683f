// The client of a running service's control socket: which socket it is, one request, the answer or the error that
// the service reports.
import { request } from 'node:http'
import { SlipwayError } from '../errors.ts'
import { type Failure, fromFailure } from '../launch/failure.ts'
import { launchGroup } from '../launch/options.ts'
import type { ControlOptions } from './flags.ts'
import { readServiceConfig } from './service-config.ts'

/** @throws SlipwayError SLIPWAY_USAGE when neither flag leads to a socket */
export function socketPath({ socket, configFile }: ControlOptions): string {
  if (socket !== undefined) return socket
  const named = configFile ? readServiceConfig({ files: configFile }).get(launchGroup).control_socket : null
  if (named !== null) return named
  throw new SlipwayError(
    'SLIPWAY_USAGE',
    configFile ? `control_socket is not set in ${configFile.join(', ')}` : 'no service is named',
    { expected: '--socket PATH, or --config-file FILE with control_socket set' },
  )
}

/**
 * Asks the service and returns its answer.
 * @throws SlipwayError SLIPWAY_LAUNCH_CONTROL when nobody answers; what the service reports
 */
export async function askService(path: string, method: 'GET' | 'POST', url: string, body?: unknown): Promise<unknown> {
  const { status, text } = await exchange(path, method, url, body === undefined ? '' : JSON.stringify(body))
  const answer: unknown = parsed(text, path)
  if (status < 300) return answer
  throw fromFailure(answer as Failure)
}

async function exchange(socketPath: string, method: string, path: string, body: string) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void => reject(unreachable(socketPath, cause))
    const req = request({ socketPath, method, path, agent: false }, (res) => {
      let text = ''
      res.setEncoding('utf8')
      res.on('data', (chunk: string) => (text += chunk))
      res.once('end', () => resolve({ status: res.statusCode ?? 0, text }))
      res.once('error', fail)
    })
    req.once('error', fail)
    req.end(body)
  })
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new SlipwayError('SLIPWAY_LAUNCH_CONTROL', `what answers on "${path}" is no control socket`, {
      found: text.slice(0, 80),
      cause,
    })
  }
}

function unreachable(path: string, cause: NodeJS.ErrnoException): SlipwayError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such socket',
    ECONNREFUSED: 'nobody listens on it: the service is not running',
    EACCES: 'this user may not open it',
    ECONNRESET: 'the service ended before it had answered',
  }
  const why = reasons[cause.code ?? ''] ?? cause.message
  return new SlipwayError('SLIPWAY_LAUNCH_CONTROL', `cannot talk to the service on "${path}": ${why}`, {
    hint: cause.code === 'EACCES' ? 'only the user that the service runs as can, and root' : undefined,
    cause,
  })
}
