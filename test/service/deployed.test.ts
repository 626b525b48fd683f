// One declaration in setup.cfg, and its script under every kind of server: ours, a foreign one, nginx in front of that,
// Passenger's loader. What a client sees is the same.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Address, type Answer, ask, type Question, started } from './deployed.ts'
import { makeFolder, ownDatabase, root } from './folder.ts'

const script = join(root, 'bin/service-wsgi-api.js')
const loader = fileURLToPath(new URL('./fixtures/passenger-loader.cjs', import.meta.url))

const questions: readonly Question[] = [
  { path: '/' },
  { path: '/healthcheck' },
  { path: '/v1/', headers: { 'x-auth-token': 'alice:shop' } },
  { path: '/v1/echo?b=1&a=%C3%BC&b=', headers: { 'x-forwarded-for': '203.0.113.5', 'x-forwarded-proto': 'https' } },
  { method: 'POST', path: '/v1/digest', body: '{"text": "grün"}' },
  { method: 'POST', path: '/v1/digest', body: '{"text": "grün"}', isChunked: true },
  { method: 'POST', path: '/v1/digest', body: '{"text": ' },
  { method: 'POST', path: '/v1/digest', body: 'x'.repeat(300) },
  { path: '/v1/nowhere' },
  { method: 'HEAD', path: '/v1/' },
  { method: 'HEAD', path: '/v1/nowhere' },
  { method: 'PUT', path: '/v1/echo', body: '{}' },
  { path: '/a%2Fb//c%20d/../e' },
]

const statuses = [200, 200, 200, 200, 200, 200, 400, 413, 404, 200, 404, 405, 300]

/** A home folder in which the service finds its files; short, as the path of a socket must be. */
function home(): { folder: string; env: Record<string, string | undefined> } {
  const { folder: files } = makeFolder({
    oslo_middleware: { max_request_body_size: '200', enable_proxy_headers_parsing: 'true' },
  })
  const folder = mkdtempSync(join(tmpdir(), 'wsgi-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  symlinkSync(files, join(folder, '.service'))
  return { folder, env: { ...process.env, HOME: folder, NO_COLOR: '1', ...ownDatabase } }
}

type Serve = (folder: string, env: Record<string, string | undefined>) => Promise<Address>

async function answersOf(serve: Serve): Promise<Answer[]> {
  const { folder, env } = home()
  const address = await serve(folder, env)
  const answers: Answer[] = []
  for (const question of questions) answers.push(await ask(address, question))
  return answers
}

function addressIn([, port]: RegExpExecArray): Address {
  return { host: '127.0.0.1', port: Number(port) }
}

const node = process.execPath

const ownServer: Serve = async (_, env) =>
  addressIn(await started(node, [script, '--host', '127.0.0.1', '--port', '0'], /http:\/\/127.0.0.1:(\d+)\//u, env))

/** Writes the main of a foreign server, and starts it. */
async function foreign(folder: string, env: Record<string, string | undefined>, source: string, ...args: string[]) {
  const file = join(folder, 'server.mjs')
  writeFileSync(file, source)
  return started(node, [file, ...args], /^listening on (.+)$/mu, env)
}

const createServer = `import { createServer } from 'node:http'
import { handler } from '${pathToFileURL(script).href}'
const server = createServer(handler)
`

const nginxEnv = { PATH: [process.env.PATH, '/usr/sbin', '/usr/local/sbin'].join(delimiter) }
const hasNginx = spawnSync('nginx', ['-v'], { env: nginxEnv }).status === 0

/** Everything that nginx writes stays in the folder. */
function nginxConfiguration(upstream: string, front: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path tmp/${name};`)
  return `daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr notice;
${process.getuid?.() === 0 ? 'user root;' : ''}
events {}
http {
  access_log off;
  ${temporary.join('\n  ')}
  upstream service { server unix:${upstream}; keepalive 4; }
  server {
    listen unix:${front};
    location / {
      proxy_pass http://service;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
    }
  }
}
`
}

const behindNginx: Serve = async (folder, env) => {
  const [upstream, front, configuration] = ['app.sock', 'front.sock', 'nginx.conf'].map((name) => join(folder, name))
  const listen = `server.listen(process.argv[2], () => console.log('listening on ' + process.argv[2]))`
  await foreign(folder, env, createServer + listen, upstream ?? '')
  mkdirSync(join(folder, 'tmp'))
  writeFileSync(configuration ?? '', nginxConfiguration(upstream ?? '', front ?? ''))
  await started('nginx', ['-p', folder, '-e', 'stderr', '-c', configuration ?? ''], /start worker process \d+/u, {
    ...env,
    ...nginxEnv,
  })
  return { socketPath: front ?? '' }
}

function underPassenger(name: string, source: string): Serve {
  return async (folder, env) => {
    const file = join(folder, name)
    const socketPath = join(folder, 'passenger.sock')
    writeFileSync(file, source)
    await started(node, [loader, file, socketPath], /^installed$/mu, env)
    return { socketPath }
  }
}

const servers: Record<string, Serve> = {
  'service-server': async (_, env) =>
    addressIn(
      await started(
        node,
        [join(root, 'bin/service-server.js'), '--listen', '127.0.0.1:0'],
        /listening on http:\/\/127.0.0.1:(\d+)/u,
        env,
      ),
    ),
  'a foreign http.createServer': async (folder, env) => {
    const listen = `server.listen(0, '127.0.0.1', () => console.log('listening on ' + server.address().port))`
    return addressIn(await foreign(folder, env, createServer + listen))
  },
  'Passenger, which takes the first server that listens': underPassenger(
    'app.cjs',
    `const { createServer } = require('node:http')
const { handler } = require('${script}')
createServer(handler).listen(3000)
`,
  ),
  'Passenger, for a server that asks for it': underPassenger(
    'app.mjs',
    `${createServer}PhusionPassenger.configure({ autoInstall: false })
createServer(() => {}).listen(0, '127.0.0.1')
server.listen('passenger')
`,
  ),
}

describe('the wsgi script of the service', () => {
  it('answers under its own server', async () => {
    expect((await answersOf(ownServer)).map(({ status }) => status)).toEqual(statuses)
  })

  it.each(Object.entries(servers))('answers the same under %s', async (_, serve) => {
    expect(await answersOf(serve)).toEqual(await answersOf(ownServer))
  })

  it.skipIf(!hasNginx)(
    `answers the same behind nginx over a unix socket${hasNginx ? '' : ' (not run: nginx is not installed)'}`,
    async () => {
      expect(await answersOf(behindNginx)).toEqual(await answersOf(ownServer))
    },
  )
})
