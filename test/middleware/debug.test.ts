// What the debug filter writes, and what it keeps to itself.
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type App, inject, json, text } from '../../src/http/index.ts'
import { debug, debugGroup } from '../../src/middleware/index.ts'
import { tapBody } from '../../src/middleware/tap-body.ts'
import { readableLog, settingsOf } from './filtering.ts'

async function through(
  app: App,
  options: Partial<Parameters<typeof inject>[1]> = {},
  texts: Record<string, string> = {},
) {
  const { log, lines } = await readableLog()
  const filter = debug(settingsOf(debugGroup, texts), log)
  const response = await inject(filter(app), { path: '/things?token=geheim&a=1', ...options })
  return { response, lines, all: JSON.stringify(lines) }
}

describe('debug', () => {
  it('writes both heads and the body, with what is secret masked', async () => {
    const { response, lines, all } = await through(
      () =>
        json({ name: 'x', adminPass: 'geheim', nested: { password: 'ge"heim', tokens: 3 } }, 200, {
          'set-cookie': 'geheim',
        }),
      { headers: { authorization: 'geheim', 'x-auth-token': 'geheim', 'x-other': 'seen' } },
    )
    expect(response.json()).toMatchObject({ adminPass: 'geheim' })
    expect(lines.map(({ msg }) => msg)).toEqual([
      '> GET /things?token=****&a=1',
      '< GET /things?token=****&a=1: 200',
      expect.stringContaining('bytes: {"name":"x",'),
    ])
    expect(all).not.toContain('geheim')
    expect(lines[0]).toMatchObject({ headers: { 'x-other': 'seen', authorization: '****' }, scheme: 'http' })
  })

  it('writes the beginning of a body and how long it was, whole or as a stream', async () => {
    const long = `{"password": "${'s'.repeat(100)}", "x": 1}`
    for (const body of [long, Readable.from([long.slice(0, 20), long.slice(20)], { objectMode: false })]) {
      const { response, lines, all } = await through(
        () => ({ status: 200, headers: { 'content-type': 'application/json' }, body }),
        {},
        { max_body_size: '50' },
      )
      expect(response.text()).toBe(long)
      expect(lines.at(-1)?.msg).toBe('< GET /things?token=****&a=1: 124 bytes: {"password": "****"…')
      expect(all).not.toContain('ssss')
    }
  })

  it('tells of bodies that nobody can read their length only', async () => {
    for (const headers of [
      { 'content-type': 'image/png' },
      { 'content-type': 'text/plain', 'content-encoding': 'gzip' },
    ]) {
      const { lines } = await through(() => ({ status: 200, headers, body: Buffer.from([1, 2, 3]) }))
      expect(lines.at(-1)?.msg).toBe('< GET /things?token=****&a=1: 3 bytes')
    }
  })

  it('says nothing of a body that is not sent', async () => {
    const { lines } = await through(() => text('x'), { method: 'HEAD' })
    expect(lines).toHaveLength(2)
  })
})

describe('a tapped body', () => {
  it('that is let go before it is read lets go of the one inside', async () => {
    const inner = Readable.from(['a', 'b'])
    let ends = 0
    const body = tapBody(inner, { piece: () => undefined, end: () => (ends += 1) }) as AsyncIterable<string>
    await body[Symbol.asyncIterator]().return?.()
    expect({ destroyed: inner.destroyed, ends }).toEqual({ destroyed: true, ends: 1 })
  })

  it('that fails half way fails, and has an end', async () => {
    async function* failing() {
      yield 'a'
      throw new Error('half way')
    }
    const seen: unknown[] = []
    const body = tapBody(failing(), { piece: (piece) => seen.push(piece), end: () => seen.push('end') })
    await expect(Readable.from(body as AsyncIterable<string>).toArray()).rejects.toThrow('half way')
    expect(seen).toEqual(['a', 'end'])
  })
})
