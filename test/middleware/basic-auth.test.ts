// HTTP basic authentication against a file of htpasswd -B.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { isSlipwayError } from '../../src/errors.ts'
import { type App, inject, json } from '../../src/http/index.ts'
import { filterFactory } from '../../src/middleware/basic-auth.ts'
import { basicAuth, basicAuthGroup, keystoneContext, parseHtpasswd, PasswordFile } from '../../src/middleware/index.ts'
import { contextWith, readableLog, settingsOf } from './filtering.ts'

const hash = (password: string) => hashSync(password, 4)
const alice = `alice:${hash('geheim:1')}`

function passwordFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-htpasswd-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'htpasswd')
  writeFileSync(file, text)
  return file
}

const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` })
const app: App = (req) =>
  json({
    user: req.header('x-user'),
    name: req.header('x-user-name'),
    roles: req.header('x-roles'),
    secret: req.header('authorization'),
  })

async function built(text: string) {
  const { log, lines } = await readableLog()
  const releases: (() => void | Promise<void>)[] = []
  const settings = settingsOf(basicAuthGroup, { http_basic_auth_user_file: passwordFile(text) })
  const context = contextWith({ log, onClose: (release) => void releases.push(release) })
  const filter = filterFactory({}, settings, context)
  onTestFinished(async () => {
    for (const release of releases) await release()
  })
  return { app: filter(app), lines, file: settings.http_basic_auth_user_file }
}

describe('basic_auth', () => {
  it('lets the right password in and hands the user inward, without the password and without what the client claims', async () => {
    const { app: guarded } = await built(`# users\n${alice}\n\nno colon\n`)
    const headers = { ...basic('alice:geheim:1'), 'x-roles': 'admin', 'x-user': 'root' }
    const response = await inject(guarded, { path: '/', headers })
    expect({ status: response.status, body: response.json() }).toEqual({
      status: 200,
      body: { user: 'alice', name: 'alice' },
    })
  })

  it.each([
    ['nothing', {}, 'this needs a user and a password'],
    ['a wrong password', basic('alice:falsch'), 'wrong user or password'],
    ['an unknown user', basic('bob:geheim:1'), 'wrong user or password'],
    ['another scheme', { authorization: 'Bearer abc' }, 'the only authorization here is Basic'],
    ['one word', { authorization: 'Basic' }, 'the header Authorization cannot be read'],
    ['what is no base64', { authorization: 'Basic !!!' }, 'the header Authorization cannot be read'],
    ['a pair without a colon', basic('alice'), 'the header Authorization cannot be read'],
  ])('answers %s with 401 in JSON, and tells browsers to ask', async (_, headers: Record<string, string>, message) => {
    const { app: guarded } = await built(alice)
    const response = await inject(guarded, { path: '/', headers })
    expect({ status: response.status, body: response.json() }).toEqual({
      status: 401,
      body: { error: { message, code: 401 } },
    })
    expect(response.headers['www-authenticate']).toBe('Basic realm="api", charset="UTF-8"')
  })

  it('compares each pair once, and then answers at once', async () => {
    const users = parseHtpasswd(alice, 'htpasswd')
    const guarded = basicAuth(() => users)(app)
    const kinds: boolean[] = []
    const outer: App = (req) => {
      const answer = guarded(req)
      kinds.push(answer instanceof Promise)
      return answer
    }
    const ask = (pair: string) => inject(outer, { path: '/', headers: basic(pair) })
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('alice:geheim:1')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    kinds.length = 0
    await ask('alice:geheim:1')
    await ask('alice:falsch')
    await ask('alice:falsch')
    expect(kinds).toEqual([false, true, false])
  })

  it('a flood of guesses does not push out who is let in', async () => {
    const users = parseHtpasswd(alice, 'htpasswd')
    const guarded = basicAuth(() => users)(app)
    await inject(guarded, { path: '/', headers: basic('alice:geheim:1') })
    await Promise.all(
      Array.from({ length: 1100 }, (_, index) => inject(guarded, { path: '/', headers: basic(`alice:${index}`) })),
    )
    const kinds: boolean[] = []
    const outer: App = (req) => {
      const answer = guarded(req)
      kinds.push(answer instanceof Promise)
      return answer
    }
    expect((await inject(outer, { path: '/', headers: basic('alice:geheim:1') })).status).toBe(200)
    expect(kinds).toEqual([false])
  })

  it('reads the file again when it changes: a new password counts, the old one no more', async () => {
    const { app: guarded, file } = await built(alice)
    const statusOf = async (pair: string) => (await inject(guarded, { path: '/', headers: basic(pair) })).status
    expect(await statusOf('alice:geheim:1')).toBe(200)
    writeFileSync(file, `alice:${hash('neu')}\nbob:${hash('b')}\n`)
    await vi.waitFor(async () => expect(await statusOf('bob:b')).toBe(200), { timeout: 45_000 })
    expect([await statusOf('alice:geheim:1'), await statusOf('alice:neu')]).toEqual([401, 200])
  })

  it('keeps the users when an edit is bad, and says so', async () => {
    const { log, lines } = await readableLog()
    const file = passwordFile(alice)
    const users = new PasswordFile(file, log)
    // No looks but those below: one that has begun before an edit would stand for the one after it.
    users.close()
    await users.look()
    writeFileSync(file, 'alice:plain\n')
    await users.look()
    rmSync(file)
    await users.look()
    expect([...users.users.keys()]).toEqual(['alice'])
    expect(lines.map(({ level }) => level)).toEqual(['error', 'error'])
    expect(lines[0]?.msg).toBe(`the password of "alice" is no bcrypt hash in ${file}: the users stay as they were`)
    expect(JSON.stringify(lines)).not.toContain('plain')
  })

  it('does not take a file over that is still being written', async () => {
    const { log, lines } = await readableLog()
    const file = passwordFile(alice)
    let rest = ''
    const users = new PasswordFile(file, log, async () => appendFileSync(file, rest))
    users.close()
    await users.look()
    writeFileSync(file, '')
    rest = `${alice}\nbob:${hash('b')}\n`
    await users.look()
    expect([...users.users.keys()]).toEqual(['alice'])
    rest = ''
    await users.look()
    expect([...users.users.keys()]).toEqual(['alice', 'bob'])
    expect(lines.map(({ level }) => level)).toEqual(['info'])
  })

  it('refuses a file that is not there, and passwords in other forms, when it is built', async () => {
    const codeOf = (file: string) => {
      try {
        filterFactory({}, { http_basic_auth_user_file: file }, contextWith())
        return null
      } catch (error) {
        return isSlipwayError(error) ? `${error.code} ${error.where?.line ?? ''} ${error.where?.text ?? ''}` : error
      }
    }
    expect(codeOf('/nowhere/htpasswd')).toBe('SLIPWAY_INPUT_MISSING  ')
    expect(codeOf(passwordFile(`${alice}\nbob:$apr1$x$y\n`))).toBe('SLIPWAY_CONFIG_VALUE 2 ')
  })

  it('is enough for keystonecontext to make a context of', async () => {
    const users = parseHtpasswd(alice, 'htpasswd')
    const guarded = basicAuth(() => users)(keystoneContext()((req) => json(req.environ.context)))
    const response = await inject(guarded, { path: '/', headers: { ...basic('alice:geheim:1'), 'x-roles': 'admin' } })
    expect(response.json()).toMatchObject({ userId: 'alice', roles: [], isAdmin: false })
  })
})
