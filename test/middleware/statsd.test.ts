// Timings for statsd: the names as oslo.middleware makes them, the ids that it means to leave out left out.
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isSlipwayError } from '../../src/errors.ts'
import { type App, HttpError, inject, text } from '../../src/http/index.ts'
import { statsd, statsdGroup, type StatsdSettings } from '../../src/middleware/index.ts'
import { filterFactory, statName } from '../../src/middleware/statsd.ts'
import { contextWith, readableLog, settingsOf } from './filtering.ts'

const settings = (texts: Record<string, string> = {}): StatsdSettings =>
  settingsOf(statsdGroup, { name: 'svc', stats_host: '127.0.0.1', ...texts })

const short = '0123456789abcdef0123456789abcdef'
const long = '01234567-89ab-cdef-0123-456789abcdef'

async function receiver(): Promise<{ socket: Socket; host: string; next(): Promise<string> }> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  onTestFinished(() => void socket.close())
  const next = async () => String(((await once(socket, 'message')) as [Buffer])[0])
  return { socket, host: `127.0.0.1:${socket.address().port}`, next }
}

async function built(texts: Record<string, string>) {
  const { log, lines } = await readableLog()
  const releases: (() => void | Promise<void>)[] = []
  const context = contextWith({ log, onClose: (release) => void releases.push(release) })
  const filter = filterFactory({}, settings(texts), context)
  const close = async () => {
    for (const release of releases.splice(0)) await release()
  }
  onTestFinished(close)
  return { filter, close, lines }
}

describe('the name of a statistic', () => {
  it.each([
    ['/v2.1/servers', {}, 'svc.GET.v21.servers'],
    ['/', {}, 'svc.GET'],
    ['/servers/', {}, 'svc.GET.servers.'],
    ['/a/v2.1', {}, 'svc.GET.a.v2.1'],
    [`/servers/${short}/x`, { remove_short_uuid: 'true' }, 'svc.GET.servers.x'],
    [`/servers/${short}`, {}, `svc.GET.servers.${short}`],
    [`/servers/${long}`, { remove_uuid: 'true' }, 'svc.GET.servers'],
    [`/a/${long}/b/${long.toUpperCase()}/c`, { remove_uuid: 'true' }, 'svc.GET.a.b.c'],
    [`/a/${long}/b/${short}`, { remove_uuid: 'true', remove_short_uuid: 'true' }, 'svc.GET.a.b'],
    [`/a/${short}0`, { remove_short_uuid: 'true' }, `svc.GET.a.${short}0`],
    ['/a:1|c', {}, 'svc.GET.a_1_c'],
  ])('of %s with %j is %s', (path, texts: Record<string, string>, name) => {
    expect(statName({ method: 'GET', scriptName: '', pathInfo: path }, settings(texts))).toBe(name)
  })

  it('has what is mounted in it, and an end', () => {
    const mounted = { method: 'POST', scriptName: '/v2.0', pathInfo: '/x' }
    expect(statName(mounted, settings())).toBe('svc.POST.v20.x')
    expect(statName({ ...mounted, pathInfo: `/${'x'.repeat(5000)}` }, settings())).toHaveLength(400)
  })
})

describe('statsd', () => {
  it('sends the time of each request, also of one that fails, and makes no promise of its own', async () => {
    const sent: string[] = []
    const filter = statsd(settings(), (line) => sent.push(line))
    const answers: unknown[] = []
    const sync: App = (req) => {
      const answer = filter(() => text('x'))(req)
      answers.push(answer)
      return answer
    }
    await inject(sync, { path: '/now' })
    expect(answers[0]).not.toBeInstanceOf(Promise)
    await inject(
      filter(async () => text('x')),
      { path: '/later' },
    )
    const fails: App = () => {
      throw new HttpError(404)
    }
    expect((await inject(filter(fails), { path: '/bad' })).status).toBe(404)
    expect(
      (
        await inject(
          filter(async (req) => fails(req)),
          { path: '/worse' },
        )
      ).status,
    ).toBe(404)
    expect(sent.map((line) => line.replace(/\d+\.\d{6}/u, 'T'))).toEqual([
      'svc.GET.now:T|ms',
      'svc.GET.later:T|ms',
      'svc.GET.bad:T|ms',
      'svc.GET.worse:T|ms',
    ])
  })

  it('goes over UDP to where the settings say', async () => {
    const { host, next } = await receiver()
    const { filter } = await built({ stats_host: host })
    const received = next()
    await inject(
      filter(() => text('x')),
      { path: '/v2.0/things' },
    )
    expect(await received).toMatch(/^svc\.GET\.v20\.things:\d+\.\d{6}\|ms$/u)
  })

  it('has one socket for all filters of a worker that send to one place, closed by the last', async () => {
    const { host, next, socket } = await receiver()
    const [first, second] = [await built({ stats_host: host }), await built({ stats_host: host, name: 'other' })]
    const ports = new Set<number>()
    socket.on('message', (_message, { port }) => ports.add(port))
    for (const { filter } of [first, second]) {
      const received = next()
      await inject(
        filter(() => text('x')),
        { path: '/' },
      )
      await received
    }
    expect(ports.size).toBe(1)
    await first.close()
    const received = next()
    await inject(
      second.filter(() => text('x')),
      { path: '/' },
    )
    expect(await received).toContain('other.GET:')
    await second.close()
    expect(process.getActiveResourcesInfo().filter((name) => name === 'UDPWRAP').length).toBeLessThanOrEqual(1)
  })

  it('never fails a request, whether nobody listens or the name leads nowhere', async () => {
    for (const stats_host of ['127.0.0.1:9', 'nowhere.invalid']) {
      const { filter } = await built({ stats_host })
      const app = filter(() => text('x'))
      for (let index = 0; index < 200; index += 1) expect((await inject(app, { path: '/' })).status).toBe(200)
    }
  })

  it.each(['name', 'stats_host'])('is not built without "%s"', (name) => {
    try {
      void filterFactory({}, { ...settings(), [name]: null }, contextWith())
      expect.unreachable()
    } catch (error) {
      expect(isSlipwayError(error) && error.code).toBe('SLIPWAY_CONFIG_REQUIRED')
    }
  })
})
