import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { isBoundFor, listenersOn, parseTcpTable, parseUnixTable, watchQueue } from '../../src/launch/proc-net.ts'
import { tableAddress } from '../../src/launch/port-holder.ts'

const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2246 00000000:0000 0A 00000000:00000003 00:00000000 00000000     0        0 1221 1 000000007af5ca61 100 0 0 10 0
   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1222 1 000000007af5ca61 100 0 0 10 0
   2: 0100007F:2246 0100007F:8124 01 00000000:00000000 02:0000067D 00000000     0        0 1230 2 000000007af5ca61 20 4 30 10 -1
`

describe('parseTcpTable', () => {
  it('gives the listeners with the length of their queues', () => {
    expect(parseTcpTable(tcp)).toEqual([
      { port: 8774, address: '0100007F', queued: 3, inode: '1221' },
      { port: 80, address: '00000000', queued: 0, inode: '1222' },
    ])
  })
})

describe('parseUnixTable', () => {
  it('gives each socket with its type, its path and whether somebody is at its other end', () => {
    const table = `Num       RefCount Protocol Flags    Type St Inode Path
0000: 00000002 00000000 00010000 0001 01 41 /run/a b.sock
0000: 00000003 00000000 00000000 0002 03 42
`
    expect(parseUnixTable(table)).toEqual([
      { inode: '41', type: 1, isConnected: false, path: '/run/a b.sock' },
      { inode: '42', type: 2, isConnected: true, path: null },
    ])
  })
})

it.each([
  ['/run/a.sock', true],
  ['/run/a.sock.812', true],
  ['/run/a.sock.', false],
  ['/run/a.sock.old', false],
  ['/run/a.sock.8.1', false],
  ['/run/a.soc', false],
])('a socket that was bound to %s serves /run/a.sock: %s', (bound, isSo) => {
  expect(isBoundFor(bound, '/run/a.sock')).toBe(isSo)
})

it.each([
  ['127.0.0.1', '0100007F'],
  ['0.0.0.0', '00000000'],
  ['::1', '00000000000000000000000001000000'],
  ['::ffff:1.2.3.4', '0000000000000000FFFF000004030201'],
])('tableAddress writes %s as a little-endian kernel does', (ip, hex) => {
  expect(tableAddress(ip)).toBe(hex)
})

describe('the tables of this machine', () => {
  it.skipIf(process.platform !== 'linux')('show a listener, and who waits to be accepted', async () => {
    // Only Linux has /proc/net/tcp.
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const watch = watchQueue(port, 4)
    expect(watch?.look()).toBe(0)
    const sockets = [1, 2, 3].map(() => connect(port, '127.0.0.1'))
    await new Promise((resolve) => process.nextTick(resolve))
    // The kernel completes the handshakes within connect(2), or soon where it is busy; we accept when this turn is over.
    const deadline = performance.now() + 10_000
    while (watch?.look() !== 3 && performance.now() < deadline);
    expect(watch?.look()).toBe(3)
    expect(listenersOn(port)).toEqual([
      { port, address: tableAddress('127.0.0.1'), queued: 3, inode: expect.stringMatching(/^\d+$/) as string },
    ])
    for (const socket of sockets) socket.destroy()
    server.close()
    expect(watch?.look()).toBeNull()
    expect(listenersOn(port)).toEqual([])
    watch?.close()
  })
})
