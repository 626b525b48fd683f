// Requests whose Host or target is no place: refused before the app is asked, as RFC 9112 §3.2 has it.
import { describe, expect, it } from 'vitest'
import { type App, text } from '../../src/http/index.ts'
import { exchange, serve } from './serving.ts'

const app: App = (req) => text(req.applicationUrl)

async function answerTo(target: string, ...hosts: string[]): Promise<string> {
  const { port } = await serve(app)
  const lines = hosts.map((host) => `Host:${host}\r\n`)
  const method = target === '* OPTIONS' ? 'OPTIONS' : 'GET'
  return exchange(port, `${method} ${target.split(' ')[0]} HTTP/1.1\r\n${lines.join('')}Connection: close\r\n\r\n`)
}

describe('the head of a request', () => {
  it.each([
    '',
    ' a',
    ' a:',
    ' a.example:8774',
    ' under_score',
    ' 127.0.0.1:1',
    ' [::1]',
    ' [fe80::1%25eth0]:80',
    ' xn--bcher-kva.example',
    ' %41',
  ])('has a host: %j', async (host) => {
    expect(await answerTo('/', host)).toMatch(/^HTTP\/1\.1 200 /u)
  })

  it.each([' a b', ' a/b', ' a?b', ' a#b', ' user@a', ' "><script>', ' a:b', ' a:1:2', ' [::1', ' \u00E9', ' a,b/'])(
    'has no host: %j',
    async (host) => {
      const answer = await answerTo('/', host)
      expect(answer).toMatch(/^HTTP\/1\.1 400 /u)
      expect(answer).toContain('the Host header names no host')
    },
  )

  it('has one Host header only', async () => {
    expect(await answerTo('/', ' a', ' b')).toContain('there is more than one Host header')
    expect(await answerTo('/', ' a', ' a')).toMatch(/^HTTP\/1\.1 400 /u)
  })

  it.each(['http://b.example/x', 'HTTPS://user@b.example:1/', 'http://b.example', '* OPTIONS'])(
    'has a target: %s',
    async (target) => {
      expect(await answerTo(target, ' a')).toMatch(/^HTTP\/1\.1 200 /u)
    },
  )

  it.each(['*', 'ftp://b.example/', 'http://b.example"/', 'http:///x'])('has no target: %s', async (target) => {
    expect(await answerTo(target, ' a')).toMatch(/^HTTP\/1\.1 400 /u)
  })
})
