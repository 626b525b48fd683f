// Entry of a thread that fetches one text over HTTP or HTTPS and ends. The thread that waits for it is
// blocked, so the answer goes through a port and a counter in shared memory.
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import { type MessagePort, workerData } from 'node:worker_threads'

export interface FetchOrder {
  readonly uri: string
  /** PEM texts; null trusts the authorities that Node knows. */
  readonly ca: readonly string[] | null
  readonly cert: string | null
  readonly key: string | null
  readonly timeoutMs: number
}

/** The text, or in words why there is none: `answered 404 Not Found`. */
export type FetchAnswer = { readonly text: string } | { readonly problem: string }

/** What the thread gets. */
export interface FetchThread {
  readonly order: FetchOrder
  readonly port: MessagePort
  readonly done: SharedArrayBuffer
}

const mostBytes = 16 * 1024 * 1024

const { order, port, done } = workerData as FetchThread
const answer = await fetchText(order)
port.postMessage(answer)
Atomics.store(new Int32Array(done), 0, 1)
Atomics.notify(new Int32Array(done), 0)

async function fetchText(order: FetchOrder): Promise<FetchAnswer> {
  const signal = AbortSignal.timeout(order.timeoutMs)
  try {
    const message = await answerOf(order, signal)
    const { statusCode = 0, statusMessage = '' } = message
    if (statusCode === 200) return { text: decoded(await bodyOf(message)) }
    message.destroy()
    const redirect = statusCode >= 300 && statusCode < 400 ? ', and redirects are not followed' : ''
    return { problem: `answered ${statusCode} ${statusMessage}${redirect}` }
  } catch (error) {
    const { name, message, code } = error as NodeJS.ErrnoException
    // A body that is cut off by the signal ends in an error of the connection.
    if (signal.aborted) return { problem: 'did not answer in time' }
    // Several addresses that all refuse come as an error without a message.
    return { problem: `cannot be read: ${message || (code ?? name)}` }
  }
}

function answerOf({ uri, ca, cert, key }: FetchOrder, signal: AbortSignal): Promise<IncomingMessage> {
  const options: RequestOptions & { ca?: string[]; cert?: string; key?: string } = {
    signal,
    headers: { accept: 'text/plain, */*' },
    ...(ca === null ? {} : { ca: [...ca] }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
  }
  return new Promise((resolve, reject) => {
    const send = uri.startsWith('https:') ? requestHttps : requestHttp
    send(uri, options).once('response', resolve).on('error', reject).end()
  })
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of message as AsyncIterable<Buffer>) {
    size += part.length
    if (size > mostBytes) throw new RangeError(`its answer is larger than ${mostBytes} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new TypeError('its answer is not UTF-8 text', { cause })
  }
}
