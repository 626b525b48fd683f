// What the kernel keeps of a connection that a worker has accepted.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../fixtures/running-service.ts'
import { serveHttp } from '../fixtures/serving-http.ts'

const clients: Socket[] = []
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy()
})

/** The timer of /proc/net/tcp: 02 is that of keepalive, with the hundredths of a second until it fires. */
function timerOf(port: number, client: Socket): { kind: string; seconds: number } {
  const hex = (number: number) => number.toString(16).toUpperCase().padStart(4, '0')
  const ends = `:${hex(port)} 0100007F:${hex(client.localPort ?? 0)} `
  const row =
    readFileSync('/proc/self/net/tcp', 'latin1')
      .split('\n')
      .find((line) => line.includes(ends)) ?? ''
  const [kind = '', jiffies = ''] = (row.trim().split(/\s+/)[5] ?? '').split(':')
  return { kind, seconds: Number.parseInt(jiffies, 16) / 100 }
}

describe.runIf(process.platform === 'linux')('a connection that was accepted (needs /proc)', () => {
  it.each([
    [600, '02'],
    [0, '00'],
  ])('is probed after tcp_keepidle = %d', async (tcp_keepidle, kind) => {
    const { port, stop } = await serveHttp(() => ({ status: 200, headers: {}, body: 'x' }), {
      settings: { tcp_keepidle },
    })
    const client = connect(port, '127.0.0.1')
    clients.push(client)
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(client, 'data')
    // Until the answer is acknowledged, another timer stands there.
    await until(() => timerOf(port, client).kind === kind, `the timer is not of the kind ${kind}`)
    const timer = timerOf(port, client)
    if (tcp_keepidle > 0) expect(timer.seconds).toBeGreaterThan(tcp_keepidle / 2)
    expect(timer.seconds).toBeLessThanOrEqual(tcp_keepidle)
    client.destroy()
    await stop()
  })
})
