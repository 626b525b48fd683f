// A client that sends what no client library would: bytes as they are, on a connection of their own.
import { connect, type Socket } from 'node:net'

export interface Raw {
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
  /** How many responses came. */
  readonly answers: number
}

/** What comes until the server ends the connection; the time limit of the test is the deadline. */
export async function sendRaw(url: string, bytes: string | Uint8Array): Promise<Raw> {
  const socket = open(url)
  const received = everything(socket)
  socket.write(bytes)
  return parsed(await received)
}

export function open(url: string): Socket {
  const { hostname, port } = new URL(url)
  return connect({ port: Number(port), host: hostname })
}

/** A connection that is reset ends what came, too. */
export async function everything(socket: Socket): Promise<string> {
  const pieces: Buffer[] = []
  socket.on('data', (piece: Buffer) => void pieces.push(piece))
  await new Promise<void>((resolve) => {
    socket.once('error', () => resolve())
    socket.once('close', () => resolve())
  })
  return Buffer.concat(pieces).toString()
}

function parsed(text: string): Raw {
  const all = text.split(/^(?=HTTP\/1\.1 (?!100))/mu)
  const [head = '', ...rest] = (all.find((one) => !one.startsWith('HTTP/1.1 100')) ?? '').split('\r\n\r\n')
  const [line = '', ...fields] = head.split('\r\n')
  const headers = fields.map((field): [string, string] => {
    const colon = field.indexOf(':')
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()]
  })
  return {
    status: Number(line.split(' ')[1] ?? 0),
    headers: new Map(headers),
    body: rest.join('\r\n\r\n'),
    answers: text.match(/^HTTP\/1\.1 (?!100)/gmu)?.length ?? 0,
  }
}
