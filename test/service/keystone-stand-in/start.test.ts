// `service-keystone` and `npm start -- --auth keystone` as processes.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { request } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { until } from '../../launch/fixtures/running-service.ts'
import { root } from '../folder.ts'

interface Running {
  readonly child: ChildProcess
  line(pattern: RegExp): Promise<RegExpExecArray>
  errors(): string
  exit(): Promise<number | null>
}

function run(script: string, ...flags: string[]): Running {
  const child = spawn(process.execPath, [join(root, script), ...flags], { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] })
  const lines: string[] = []
  let errors = ''
  let hasEnded = false
  let wake = (): void => undefined
  child.stderr.on('data', (piece: Buffer) => {
    errors += piece.toString()
    wake()
  })
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line)
    wake()
  })
  const ended = once(child, 'close').then(([status]) => {
    hasEnded = true
    wake()
    return status as number | null
  })
  onTestFinished(async () => {
    if (!hasEnded) child.kill('SIGKILL')
    await ended
  })
  return {
    child,
    errors: () => errors,
    exit: () => ended,
    async line(pattern) {
      for (;;) {
        const found = [...lines, ...errors.split('\n')]
          .map((line) => pattern.exec(line))
          .find((match) => match !== null)
        if (found) return found
        if (hasEnded) throw new Error(`it ended without ${pattern}:\n${lines.join('\n')}\n${errors}`)
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}

async function tokenOf(keystone: string, name: string): Promise<string> {
  const domain = { id: 'default' }
  const { headers, body } = await request(`${keystone}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: { methods: ['password'], password: { user: { name, domain, password: name } } },
        scope: { project: { name: 'demo', domain } },
      },
    }),
  })
  await body.dump()
  return String(headers['x-subject-token'])
}

async function isRefused(url: string): Promise<boolean> {
  try {
    const { body } = await request(url)
    await body.dump()
    return false
  } catch (error) {
    expect(error).toMatchObject({
      code: expect.stringMatching(/^(?:ECONNREFUSED|UND_ERR_SOCKET|ECONNRESET)$/u) as string,
    })
    return true
  }
}

describe('service-keystone', () => {
  it('listens on this machine alone, says what it is, and ends on SIGTERM', async () => {
    const running = run('bin/service-keystone.js', '--port', '0')
    const [, url = ''] = await running.line(/^listening on (http:\/\/127\.0\.0\.1:\d+)$/u)
    expect(await tokenOf(url, 'demo')).toMatch(/^[\w-]{64}$/u)
    await running.line(/FOR DEVELOPMENT ONLY/u)
    running.child.kill('SIGTERM')
    expect(await running.exit()).toBe(0)
  })

  it('ends with the one who started it', async () => {
    const running = run('bin/service-keystone.js', '--port', '0', '--until-stdin-ends')
    await running.line(/^listening on/u)
    running.child.stdin?.end()
    expect(await running.exit()).toBe(0)
  })

  it('names a users file that is not there', async () => {
    const running = run('bin/service-keystone.js', '--users', '/nowhere/users.json')
    expect(await running.exit()).toBe(66)
    expect(running.errors()).toContain('users file "/nowhere/users.json" does not exist')
  })
})

describe('npm start', () => {
  it('row 44: with --auth keystone asks who you are, and ends its Keystone with itself', async () => {
    const running = run('tools/start.js', '--auth', 'keystone', '--listen', '127.0.0.1:0')
    const [, keystone = ''] = await running.line(/stand-in is at (http:\S+)\. A token/u)
    const [, service = ''] = await running.line(/"listening on (http:[^"]+)"/u)
    await running.line(/"ready in/u)
    const ask = async (headers: Record<string, string>): Promise<number> => {
      const { statusCode, body } = await request(`${service}/v1/`, { headers })
      await body.dump()
      return statusCode
    }
    expect(await ask({})).toBe(401)
    expect(await ask({ 'x-auth-token': 'made-up' })).toBe(401)
    expect(await ask({ 'x-auth-token': await tokenOf(keystone, 'demo') })).toBe(200)
    const { body } = await request(`${keystone}/v3`)
    await body.dump()
    running.child.kill('SIGTERM')
    expect(await running.exit()).toBe(0)
    await until(() => isRefused(keystone), 'the stand-in for Keystone still answers')
  })

  it('refuses another word', async () => {
    const running = run('tools/start.js', '--auth=ldap')
    expect(await running.exit()).toBe(64)
    expect(running.errors()).toContain('--auth takes "keystone", not "ldap"')
  })
})
