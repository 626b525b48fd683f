// Processes that serve the wsgi script of the service, and the same questions to each of them. Ends what a test started, by
// its pid.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type IncomingHttpHeaders, request } from 'node:http'
import { onTestFinished } from 'vitest'

/** Where a server answers. */
export type Address = { readonly socketPath: string } | { readonly host: string; readonly port: number }

export interface Question {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Without a Content-Length. */
  readonly isChunked?: boolean
}

export interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Of the connection and of the server in front, which the app does not write; the clock's. */
const notOfTheApp = ['connection', 'date', 'keep-alive', 'server']

/** As clients see it, each on a connection of its own; ids of requests are made anew each time. */
export async function ask(address: Address, question: Question): Promise<Answer> {
  const { method = 'GET', path, body, isChunked = false } = question
  const length = body === undefined || isChunked ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const headers = { host: 'shop.example:8080', ...length, ...question.headers }
  const req = request({ ...address, method, path, headers, agent: false })
  req.end(body)
  const [res] = await once(req, 'response')
  const pieces: Buffer[] = []
  for await (const piece of res) pieces.push(piece as Buffer)
  const kept = Object.entries(res.headers as IncomingHttpHeaders).filter(([name]) => !notOfTheApp.includes(name))
  return JSON.parse(
    JSON.stringify({
      status: res.statusCode as number,
      headers: Object.fromEntries(kept.toSorted(([a], [b]) => (a < b ? -1 : 1))),
      body: Buffer.concat(pieces).toString(),
    }).replaceAll(/req-[0-9a-f-]{36}/gu, 'req-ID'),
  ) as Answer
}

/** Starts a process and waits for what it says once it serves, on either stream. */
export async function started(
  command: string,
  args: readonly string[],
  says: RegExp,
  env: Readonly<Record<string, string | undefined>>,
): Promise<RegExpExecArray> {
  const child = spawn(command, args, { env, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] })
  const ended = once(child, 'close')
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await ended
  })
  let said = ''
  return new Promise((resolve, reject) => {
    const hear = (piece: Buffer): void => {
      said += piece.toString()
      const match = says.exec(said)
      if (match) resolve(match)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    void ended.then(() => reject(new Error(`${command} ended:\n${said}`)))
  })
}
