import { EventEmitter } from 'node:events'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSecretName, redact, redactUrl } from '../../src/log/redact.ts'

describe('names of secrets', () => {
  test.each([
    'password',
    'adminPass',
    'admin_password',
    'Authorization',
    'proxy-authorization',
    'cookie',
    'Set-Cookie',
    'X-Auth-Token',
    'auth_token',
    'accessToken',
    'client_secret',
    'api_key',
    'apiKey',
    'private-key',
  ])('%s is one', (name) => {
    expect(isSecretName(name)).toBe(true)
  })

  test.each(['max_tokens', 'key', 'tokenizer', 'secretary', 'compass', 'cookies_seen', 'user', 'keystone'])(
    '%s is none',
    (name) => {
      expect(isSecretName(name)).toBe(false)
    },
  )
})

describe('redaction', () => {
  test('reaches any depth and leaves the original as it was', () => {
    const line = { a: { b: [{ headers: { 'x-auth-token': 't', accept: '*' } }] }, n: 1 }
    const before = structuredClone(line)
    expect(redact(line)).toEqual({ a: { b: [{ headers: { 'x-auth-token': '****', accept: '*' } }] }, n: 1 })
    expect(line).toEqual(before)
  })

  test('hands out the same object when there is nothing to hide', () => {
    const line = { a: { b: [1, new Date(0)] }, password: '', token: null, has_token: true, hasSecret: false }
    expect(redact(line)).toBe(line)
  })

  test('cuts off circles', () => {
    const line: Record<string, unknown> = { password: 'p' }
    line.self = line
    expect(() => JSON.stringify(redact(line))).not.toThrow()
    expect(JSON.stringify(redact(line))).not.toContain('"p"')
  })

  test('does not go into sockets and requests', () => {
    expect(redact({ deep: { socket: new EventEmitter() } })).toEqual({ deep: { socket: '[EventEmitter]' } })
  })

  test('survives a getter that throws', () => {
    const line = {
      get broken(): string {
        throw new Error('no')
      },
    }
    expect(redact(line)).toEqual({ unreadable: 'no' })
  })

  test('whatever the object, no secret of it is left', () => {
    const secret = fc.record({ password: fc.constant('hunter2') })
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        secret,
        fc.string(),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie('tree'), { maxKeys: 3 }),
      ),
    }))
    fc.assert(
      fc.property(tree, (value) => {
        expect(JSON.stringify(redact({ value }))).not.toContain('hunter2')
      }),
    )
  })
})

describe('a URL', () => {
  test.each([
    ['/v1/goods?limit=2', '/v1/goods?limit=2'],
    ['/v1?X-Auth-Token=abc&a=1&api_key=x', '/v1?X-Auth-Token=****&a=1&api_key=****'],
    ['/v1?token', '/v1?token'],
    ['amqp://user:pass@mq:5672/x', 'amqp://user:****@mq:5672/x'],
    ['http://h/a@b:c?next=d@e', 'http://h/a@b:c?next=d@e'],
    ['https://user@h/', 'https://user@h/'],
    ['', ''],
  ])('%j is shown as %j', (url, shown) => {
    expect(redactUrl(url)).toBe(shown)
  })
})
