import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createLogger, type LogSettings } from '../../src/log/index.ts'
import { parseSyslogAddress } from '../../src/log/syslog-address.ts'
import { facilityNumber } from '../../src/log/priorities.ts'

describe('the address of a syslog', () => {
  test.each([
    ['udp://127.0.0.1:5140', { protocol: 'udp', host: '127.0.0.1', port: 5140 }],
    ['TCP://logs.example', { protocol: 'tcp', host: 'logs.example', port: 514 }],
    ['udp://[::1]:99', { protocol: 'udp', host: '::1', port: 99 }],
    ['/dev/log', null],
    ['tls://x', null],
    ['udp://', null],
    ['udp://a b', null],
  ])('%s', (text, address) => {
    expect(parseSyslogAddress(text)).toEqual(address)
  })
})

test.each([
  ['LOG_USER', 1],
  ['user', 1],
  ['LOG_LOCAL7', 23],
  ['log_daemon', 3],
  ['LOG_AUTHPRIV', 10],
])('facility %s is %i', (name, number) => {
  expect(facilityNumber(name)).toBe(number)
})

function settings(syslog_address: string, more: LogSettings = {}): LogSettings {
  return { use_syslog: true, syslog_address, log_file: '/dev/null', ...more }
}

describe('a syslog over UDP', () => {
  async function listening(): Promise<{ socket: Datagrams; address: string; messages: string[] }> {
    const socket = createSocket('udp4')
    const messages: string[] = []
    socket.on('message', (message) => messages.push(message.toString()))
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    onTestFinished(() => void socket.close())
    return { socket, messages, address: `udp://127.0.0.1:${socket.address().port}` }
  }

  test('gets each line as a message of RFC 5424, with its severity and facility', async () => {
    const { socket, address, messages } = await listening()
    const log = await createLogger(settings(address, { syslog_log_facility: 'LOG_LOCAL0' }), {
      name: '/usr/bin/my shop',
    })
    const two = new Promise<void>((resolve) => {
      socket.on('message', () => messages.length === 2 && resolve())
    })
    log.warn({ a: 1 }, 'one')
    log.fatal('two')
    await two
    const form = /^<(\d+)>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (\S+) (\S+) (\d+) - - (.*)$/u
    const [, priority, , host, app, pid, json] = form.exec(messages[0] ?? '') ?? []
    expect([priority, host, app, pid]).toEqual([String(16 * 8 + 4), hostname(), 'my_shop', String(process.pid)])
    expect(JSON.parse(json ?? '')).toMatchObject({ level: 'warn', a: 1, msg: 'one' })
    expect(messages[1]?.startsWith(`<${16 * 8 + 2}>1 `)).toBe(true)
  })

  test('gets text when text is asked for', async () => {
    const { socket, address, messages } = await listening()
    const text: LogSettings = { log_format: 'text', logging_default_format_string: '%(levelname)s %(message)s' }
    const log = await createLogger(settings(address, text), { name: 'shop' })
    log.info('hello')
    await once(socket, 'message')
    expect(messages[0]).toMatch(/^<14>1 .* - - INFO hello$/u)
  })
})

describe('a syslog over TCP', () => {
  interface Syslog {
    readonly server: Server
    readonly port: number
    /** The messages, taken out of their counted frames. */
    readonly messages: string[]
    readonly sockets: Socket[]
    until(count: number): Promise<void>
  }

  async function listening(port = 0, host = '127.0.0.1'): Promise<Syslog> {
    const messages: string[] = []
    const sockets: Socket[] = []
    let wake = (): void => undefined
    const server = createServer((socket) => {
      sockets.push(socket)
      let rest = Buffer.alloc(0)
      socket.on('error', () => undefined)
      socket.on('data', (data) => {
        rest = Buffer.concat([rest, data])
        for (let end = rest.indexOf(' '); end !== -1; end = rest.indexOf(' ')) {
          const length = Number(rest.subarray(0, end).toString())
          if (rest.length < end + 1 + length) break
          messages.push(rest.subarray(end + 1, end + 1 + length).toString())
          rest = rest.subarray(end + 1 + length)
        }
        wake()
      })
    })
    server.listen(port, host)
    await once(server, 'listening')
    onTestFinished(() => close(server, sockets))
    const until = async (count: number): Promise<void> => {
      while (messages.length < count) await new Promise<void>((resolve) => (wake = resolve))
    }
    return { server, port: (server.address() as AddressInfo).port, messages, sockets, until }
  }

  function close(server: Server, sockets: readonly Socket[]): void {
    for (const socket of sockets) socket.destroy()
    server.close()
  }

  test('gets each line in a frame that says its length in bytes', async () => {
    const { port, messages, until } = await listening()
    const log = await createLogger(settings(`tcp://127.0.0.1:${port}`), { name: 'shop' })
    log.info('grün')
    log.error('two\nlines')
    await until(2)
    expect(messages.map((message) => (JSON.parse(message.slice(message.indexOf('{'))) as { msg: string }).msg)).toEqual(
      ['grün', 'two\nlines'],
    )
    expect(messages[1]?.startsWith('<11>1 ')).toBe(true)
  })

  test('is found again after it was away', async () => {
    // An address that nobody else has: of 127.0.0.1 the kernel may give the port to others meanwhile. Only Linux has it.
    const host = process.platform === 'linux' ? '127.0.83.1' : '127.0.0.1'
    const first = await listening(0, host)
    const log = await createLogger(settings(`tcp://${host}:${first.port}`), { name: 'shop' })
    log.info('one')
    await first.until(1)
    close(first.server, first.sockets)
    await once(first.server, 'close')
    const second = await listening(first.port, host)
    await once(second.server, 'connection')
    // The connection is there when the other side says so, a moment after this one does.
    while (second.messages.length === 0) {
      log.info('two')
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(second.messages[0]).toContain('"msg":"two"')
  })
})
