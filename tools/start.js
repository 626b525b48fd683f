// What `npm start` runs: the reference service with its own configuration, in this process; arguments go on to
// it. With `--auth keystone` a stand-in for Keystone runs beside it, for development, and ends with it.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url))

/** Takes `--auth VALUE` or `--auth=VALUE` out of the arguments. */
function takeAuth(args) {
  const at = args.findIndex((arg) => arg === '--auth' || arg.startsWith('--auth='))
  if (at < 0) return { auth: null, rest: args }
  const [flag, ...value] = args[at].split('=')
  const isJoined = args[at] !== flag
  return {
    auth: isJoined ? value.join('=') : args[at + 1],
    rest: [...args.slice(0, at), ...args.slice(at + (isJoined ? 1 : 2))],
  }
}

/** Its address, once it listens. A group of its own: Ctrl-C must not end it before the service has drained. */
async function startKeystone() {
  const child = spawn(process.execPath, [path('bin/service-keystone.js'), '--port', '0', '--until-stdin-ends'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  process.on('exit', () => child.kill())
  for await (const line of createInterface(child.stdout)) {
    const url = /^listening on (\S+)$/.exec(line)?.[1]
    if (url === undefined) continue
    for (const one of [child, child.stdin, child.stdout]) one.unref()
    return url
  }
  process.exit(70)
}

const { auth, rest } = takeAuth(process.argv.slice(2))
if (auth === 'keystone') {
  const url = await startKeystone()
  Object.assign(process.env, {
    OS_DEFAULT__AUTH_STRATEGY: 'keystone',
    OS_KEYSTONE_AUTHTOKEN__AUTH_URL: url,
    OS_KEYSTONE_AUTHTOKEN__WWW_AUTHENTICATE_URI: url,
    OS_KEYSTONE_AUTHTOKEN__USERNAME: 'service',
    OS_KEYSTONE_AUTHTOKEN__PASSWORD: 'service',
    OS_KEYSTONE_AUTHTOKEN__PROJECT_NAME: 'service',
    OS_KEYSTONE_AUTHTOKEN__SERVICE_TYPE: 'shop',
  })
  const login = {
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: 'demo', domain: { id: 'default' }, password: 'demo' } },
      },
      scope: { project: { name: 'demo', domain: { id: 'default' } } },
    },
  }
  process.stderr.write(
    `Keystone's stand-in is at ${url}. A token, in X-Subject-Token:\n` +
      `  curl -si ${url}/v3/auth/tokens -H 'content-type: application/json' -d '${JSON.stringify(login)}'\n`,
  )
} else if (auth !== null) {
  const known = auth === undefined ? 'nothing' : `"${auth}"`
  process.stderr.write(`--auth takes "keystone", not ${known}; without it nobody asks who you are\n`)
  process.exit(64)
}
process.argv = [
  process.argv[0],
  path('bin/service-server.js'),
  '--config-file',
  path('etc/service/service.conf'),
  ...rest,
]
await import('../bin/service-server.js')
