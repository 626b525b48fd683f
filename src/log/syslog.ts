// Lines to a syslog over UDP (RFC 5426) or TCP (RFC 6587, counted frames), as RFC 5424 messages. Node
// has no datagrams over unix sockets, so /dev/log is out of reach. A connected socket takes a message
// within the call: what was logged before an exit has left. A syslog that is away costs lines, never
// the service; standard error is told once.
import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6, Socket } from 'node:net'
import { hostname } from 'node:os'
import { complain } from './last-resort.ts'
import { levelOfLine, severityOf } from './priorities.ts'
import type { SyslogAddress } from './syslog-address.ts'

/** A start waits that long for the name and the connection, then goes on without. */
const connectMs = 1000
const reconnectMs = 1000
/** What one datagram holds, with room for the headers below. */
const longestDatagram = 65_000
/** What a syslog over TCP may be behind before lines are lost. */
const mostBehind = 4 * 1024 * 1024

interface Channel {
  /** False when the message is lost. */
  send(message: Buffer): boolean
}

export interface Sender {
  readonly name: string
  readonly facility: number
  /** From the line of JSON what stands in the message. */
  readonly render: (json: string) => string
}

/** @returns a writer of lines of JSON */
export async function openSyslog(address: SyslogAddress, sender: Sender): Promise<(json: string) => void> {
  const { protocol, host, port } = address
  const troubles = new Troubles(`syslog at ${protocol}://${isIPv6(host) ? `[${host}]` : host}:${port}`)
  const channel = protocol === 'udp' ? await openDatagrams(address, troubles) : await openStream(address, troubles)
  const origin = `${printable(hostname(), 255)} ${printable(sender.name, 48)} ${process.pid} - -`
  return (json) => {
    const priority = sender.facility * 8 + severityOf(levelOfLine(json))
    const text = sender.render(json).replace(/\n$/u, '')
    const message = Buffer.from(`<${priority}>1 ${new Date().toISOString()} ${origin} ${text}`)
    if (!channel.send(message)) troubles.lost()
  }
}

/** A name as a header of RFC 5424 has it: printable ASCII without spaces. */
function printable(text: string, most: number): string {
  return text.replaceAll(/[^!-~]/gu, '_').slice(0, most) || '-'
}

class Troubles {
  readonly #label: string
  #lost = 0
  #isTold = false

  constructor(label: string) {
    this.#label = label
  }

  note(error: Error): void {
    if (!this.#isTold) complain(`${this.#label} cannot be reached: ${error.message}; lines are lost until it can`)
    this.#isTold = true
  }

  lost(): void {
    this.#lost += 1
  }

  over(): void {
    if (this.#isTold) complain(`${this.#label} can be reached again, ${this.#lost} lines were lost`)
    this.#lost = 0
    this.#isTold = false
  }
}

async function openDatagrams({ host, port }: SyslogAddress, troubles: Troubles): Promise<Channel> {
  const socket: Datagrams = createSocket(isIPv6(host) ? 'udp6' : 'udp4').unref()
  let isConnected = false
  socket.on('error', (error) => {
    troubles.note(error)
    // The name was not found. Once connected, it is the answer of a closed port to an earlier message.
    if (!isConnected) setTimeout(() => socket.connect(port, host), reconnectMs).unref()
  })
  socket.once('connect', () => {
    isConnected = true
    troubles.over()
  })
  socket.connect(port, host)
  await withinReason(once(socket, 'connect'), troubles)
  return {
    send(message) {
      if (isConnected) socket.send(message.subarray(0, longestDatagram))
      return isConnected
    },
  }
}

async function openStream(address: SyslogAddress, troubles: Troubles): Promise<Channel> {
  let socket: Socket | null = null
  const connect = (): Promise<unknown> => {
    const fresh = new Socket().unref()
    fresh.setNoDelay(true)
    fresh.on('error', (error) => troubles.note(error))
    fresh.once('connect', () => {
      socket = fresh
      troubles.over()
    })
    fresh.once('close', () => {
      socket = null
      setTimeout(() => void connect().catch((error: Error) => troubles.note(error)), reconnectMs).unref()
    })
    // What a syslog says is not for us, but unread it would keep the end of the connection from being seen.
    fresh.resume()
    fresh.connect(address.port, address.host)
    return once(fresh, 'connect')
  }
  await withinReason(connect(), troubles)
  return {
    send(message) {
      if (socket === null || socket.writableLength > mostBehind) return false
      socket.write(Buffer.concat([Buffer.from(`${message.length} `), message]))
      return true
    },
  }
}

async function withinReason(connected: Promise<unknown>, troubles: Troubles): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    // A process that was held up may be connected and not know it yet: one more look at its sockets.
    timer = setTimeout(() => setImmediate(resolve), connectMs)
  })
  try {
    await Promise.race([connected, late])
  } catch (error) {
    troubles.note(error as Error)
  } finally {
    clearTimeout(timer)
  }
}
