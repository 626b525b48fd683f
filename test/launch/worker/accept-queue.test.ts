import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeListener, closeWhenDrained } from '../../../src/launch/worker/accept-queue.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'queue-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

async function listening(kind: string): Promise<{ server: Server; open: () => Socket }> {
  const server = createServer((_, res) => res.end('answered'))
  const path = join(folder, 'a.sock')
  if (kind === 'tcp') server.listen(0, '127.0.0.1')
  else server.listen(path)
  await once(server, 'listening')
  const address = server.address()
  const open = (): Socket => (typeof address === 'object' ? connect(address?.port ?? 0, '127.0.0.1') : connect(path))
  return { server, open }
}

/** Connects so many within this turn: the kernel queues them all before one can be accepted. */
function queue(open: () => Socket, count: number): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const socket = open()
      socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
      let text = ''
      socket.setEncoding('utf8').on('data', (chunk) => (text += chunk))
      return new Promise<string>((resolve) => {
        socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => resolve(code))
        socket.once('end', () => resolve(text.slice(-'answered'.length)))
      })
    }),
  )
}

/** Node calls connect(2) at the next tick, still before it accepts. */
async function connected(): Promise<void> {
  await new Promise((resolve) => process.nextTick(resolve))
}

function burn(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until) Math.sqrt(until)
}

describe('closing a listener that nobody else serves', () => {
  it.each(['tcp', 'unix'])('answers everything that was queued (%s)', async (kind) => {
    const { server, open } = await listening(kind)
    const answers = queue(open, 40)
    await connected()
    await closeWhenDrained(server)
    expect(server.listening).toBe(false)
    expect(new Set(await answers)).toEqual(new Set(['answered']))
  })

  it.each(['tcp', 'unix'])('does so although the process gets no processor for a while (%s)', async (kind) => {
    const { server, open } = await listening(kind)
    const answers = queue(open, 40)
    await connected()
    const closed = closeWhenDrained(server)
    setTimeout(() => burn(500))
    await closed
    expect(new Set(await answers)).toEqual(new Set(['answered']))
  })

  it('is what a plain close does not do', async () => {
    const { server, open } = await listening('tcp')
    const answers = queue(open, 40)
    await connected()
    closeListener(server)
    expect(await answers).toContain('ECONNRESET')
  })

  it('leaves connections open, idle ones too', async () => {
    const { server, open } = await listening('tcp')
    const closed = once(server, 'close')
    const socket = open()
    socket.setEncoding('utf8').write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    await once(socket, 'data')
    await closeWhenDrained(server)
    socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    const [answer] = (await once(socket, 'data')) as [string]
    expect(answer).toMatch(/^HTTP\/1.1 200/)
    socket.destroy()
    await closed
  })

  it('does nothing to a server that does not listen', async () => {
    const server = createServer()
    await closeWhenDrained(server)
    closeListener(server)
    expect(server.listening).toBe(false)
  })
})
