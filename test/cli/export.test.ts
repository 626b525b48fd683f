// What `slipway export` writes, for a project made here. The units are checked by systemd itself; of the other two every
// key that is written is expected by name, so that one that is misspelt fails.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { protocolOf } from '../../src/cli/export-container.ts'
import { splitSecrets } from '../../src/cli/export-secrets.ts'
import type { Config } from '../../src/config/index.ts'
import { readServiceConfig } from '../../src/cli/service-config.ts'
import { slipwayInProcess } from './slipway.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'export-'))
  mkdirSync(join(folder, 'bin'))
  mkdirSync(join(folder, 'etc'))
  put(
    'setup.cfg',
    '[metadata]\nname = shop\nversion = 2.1.0\n\n[entry_points]\nconsole_scripts =\n    shop-api = shop:main\n',
  )
  put('bin/shop-api.js', '#!/usr/bin/env node\n')
  put('etc/api-paste.ini', deployment)
  configure()
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

const deployment = `[composite:shop]
use = egg:Paste#urlmap
/status: health
/v1: goods

[app:health]
use = egg:slipway#healthcheck

[app:goods]
paste.app_factory = shop:goods
`

const settings = {
  graceful_shutdown_timeout: '30',
  listen: '127.0.0.1:8774',
  control_socket: '/run/shop/control.sock',
  log_dir: '/var/log/shop',
}

function put(name: string, text: string): void {
  writeFileSync(join(folder, name), text)
}

function configure(changed: Readonly<Record<string, string>> = {}, more = ''): void {
  const lines = Object.entries({ ...settings, ...changed }).map(([name, value]) => `${name} = ${value}`)
  put('etc/shop.conf', `[DEFAULT]\n${lines.join('\n')}\n${more}`)
}

function exported(kind: string, ...args: readonly string[]) {
  return slipwayInProcess(['export', kind, '--config-file', 'etc/shop.conf', ...args], { cwd: folder })
}

async function expectWritten(kind: string, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await exported(kind, ...args)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
}

describe('slipway export', () => {
  it('wants a command where the manifest has several, and knows their names', async () => {
    put('setup.cfg', '[entry_points]\nconsole_scripts =\n    a-server = a:main\n    a-manage = b:main\n')
    expect(await exported('compose')).toMatchObject({ status: 64, stdout: '' })
    const { status, stderr } = await exported('compose', '--command', 'a-serer')
    expect(status).toBe(64)
    expect(stderr).toContain('a-server')
  })

  it('refuses what the service itself would refuse', async () => {
    configure({ workers: 'many' })
    expect(await exported('systemd')).toMatchObject({ status: 78, stdout: '' })
  })
})

describe('slipway export systemd', () => {
  const lines = (text: string): string[] => text.split('\n')

  it('takes the deadlines and folders from the configuration', async () => {
    configure({ stop_delay: '7.5', start_timeout: '12', user: 'shop' }, 'listen = unix:/run/shop/inner/api.sock\n')
    expect(lines(await expectWritten('systemd'))).toEqual(
      expect.arrayContaining([
        'Description=shop-api, of shop 2.1.0',
        'Type=notify',
        'User=shop',
        `ExecStart=${process.execPath} ${folder}/bin/shop-api.js --config-file ${folder}/etc/shop.conf`,
        'ExecReload=/bin/kill -HUP $MAINPID',
        'KillMode=mixed',
        'TimeoutStartSec=22s',
        'TimeoutStopSec=43s',
        'RestartPreventExitStatus=64 66 77 78',
        'RuntimeDirectory=shop shop/inner',
        'LogsDirectory=shop',
        'CapabilityBoundingSet=',
      ]),
    )
  })

  it('lets nothing wait for what has no end, and a low port be bound', async () => {
    configure({ graceful_shutdown_timeout: '0', start_timeout: '0', listen: '[::]:80' })
    const text = await expectWritten('systemd')
    expect(lines(text)).toEqual(
      expect.arrayContaining([
        'TimeoutStartSec=infinity',
        'TimeoutStopSec=infinity',
        'AmbientCapabilities=CAP_NET_BIND_SERVICE',
      ]),
    )
    expect(text).not.toMatch(/^MemoryDenyWriteExecute/m)
  })

  it('has a socket unit for socket activation', async () => {
    configure({ backlog: '99' }, 'listen = unix:/run/shop/api.sock?mode=0620&group=www-data\nlisten = [::1]:8775\n')
    const text = await expectWritten('systemd', '--socket-activation')
    const [, socket = ''] = text.split('# shop-api.socket\n')
    expect(lines(text)).toEqual(expect.arrayContaining(['Sockets=shop-api.socket', 'RuntimeDirectoryPreserve=yes']))
    expect(lines(socket)).toEqual([
      '[Unit]',
      'Description=shop-api, of shop 2.1.0',
      '',
      '[Socket]',
      'ListenStream=127.0.0.1:8774',
      'ListenStream=[::1]:8775',
      'ListenStream=/run/shop/api.sock',
      'SocketMode=0620',
      'SocketGroup=www-data',
      'Backlog=99',
      '',
      '[Install]',
      'WantedBy=sockets.target',
      '',
    ])
  })

  it('says what to do when there is no start script', async () => {
    rmSync(join(folder, 'bin/shop-api.js'))
    const { status, stderr } = await exported('systemd')
    expect(status).toBe(78)
    expect(stderr).toContain('slipway scripts --write')
  })

  // Skipped where there is no systemd to ask.
  it.runIf(spawnSync('systemd-analyze', ['--version']).status === 0)('writes what systemd accepts', async () => {
    mkdirSync(join(folder, 'a folder of 50%'))
    chmodSync(join(folder, 'bin/shop-api.js'), 0o755)
    writeFileSync(
      join(folder, 'a folder of 50%/more $1.conf'),
      '[DEFAULT]\nlisten = unix:/run/shop/api.sock?mode=0660\n',
    )
    const target = join(folder, 'units')
    mkdirSync(target)
    const more = ['--config-file', 'a folder of 50%/more $1.conf']
    const { status } = await exported('systemd', '--socket-activation', ...more, '--output', target)
    expect(status).toBe(0)
    expect(readdirSync(target)).toEqual(['shop-api.service', 'shop-api.socket'])
    expect(readFileSync(join(target, 'shop-api.service'), 'utf-8')).toContain(
      String.raw`--config-file "${folder}/a folder of 50%%/more $$1.conf"`,
    )
    const checked = spawnSync('systemd-analyze', ['verify', '--man=no', join(target, 'shop-api.service')], {
      encoding: 'utf-8',
    })
    expect(checked.stderr.split('\n').filter((line) => line.includes('shop-api'))).toEqual([])
    expect(checked.status).toBe(0)
  })
})

describe('slipway export kubernetes', () => {
  async function objects(...args: readonly string[]): Promise<Record<string, Record<string, unknown>>> {
    const text = await expectWritten('kubernetes', ...args)
    const all = parseAllDocuments(text).map((document) => document.toJS() as { kind: string })
    return Object.fromEntries(all.map((one) => [one.kind, one as unknown as Record<string, unknown>]))
  }

  const labels = {
    'app.kubernetes.io/name': 'shop-api',
    'app.kubernetes.io/part-of': 'shop',
    'app.kubernetes.io/version': '2.1.0',
  }
  const selector = { 'app.kubernetes.io/name': 'shop-api' }

  it('writes a Deployment that serves to all, is probed by its healthcheck, and drains', async () => {
    configure({}, 'api_paste_config = api-paste.ini\n[healthcheck]\nbackends =\n')
    put(
      'setup.cfg',
      `${readFileSync(join(folder, 'setup.cfg'), 'utf-8')}slipway.config =\n    shop = ./options.mjs:groups\n`,
    )
    put(
      'options.mjs',
      `export const groups = [{ name: 'DEFAULT', options: { api_paste_config: { kind: 'str', help: 'x' } } }]\n`,
    )
    const { ConfigMap, Secret, Deployment, Service } = await objects()
    expect(ConfigMap).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'shop-api-config', labels },
      data: {
        'shop.conf': readFileSync(join(folder, 'etc/shop.conf'), 'utf-8'),
        'api-paste.ini': deployment,
      },
    })
    expect(Secret).toBeUndefined()
    expect(Service).toEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'shop-api', labels },
      spec: { selector, ports: [{ name: 'http', port: 8774, targetPort: 'http' }] },
    })
    const answers = { httpGet: { path: '/status', port: 'http' } }
    expect(Deployment).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'shop-api', labels },
      spec: {
        replicas: 2,
        selector: { matchLabels: selector },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: {
          metadata: { labels, annotations: { 'checksum/config': expect.stringMatching(/^[0-9a-f]{64}$/) as string } },
          spec: {
            terminationGracePeriodSeconds: 40,
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 1000,
              runAsGroup: 1000,
              seccompProfile: { type: 'RuntimeDefault' },
            },
            containers: [
              {
                name: 'shop-api',
                image: 'shop:2.1.0',
                command: ['shop-api'],
                args: ['--config-file', '/etc/shop-api/shop.conf'],
                env: [
                  { name: 'OS_DEFAULT__LISTEN', value: '0.0.0.0:8774' },
                  { name: 'OS_DEFAULT__STOP_DELAY', value: '5' },
                ],
                ports: [{ name: 'http', containerPort: 8774 }],
                startupProbe: { ...answers, periodSeconds: 1, failureThreshold: 30 },
                readinessProbe: { ...answers, periodSeconds: 5, timeoutSeconds: 2 },
                livenessProbe: { ...answers, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
                volumeMounts: [
                  { name: 'config', mountPath: '/etc/shop-api', readOnly: true },
                  { name: 'run-1', mountPath: '/run/shop' },
                ],
              },
            ],
            volumes: [
              { name: 'config', projected: { sources: [{ configMap: { name: 'shop-api-config' } }] } },
              { name: 'run-1', emptyDir: {} },
            ],
          },
        },
      },
    })
  })

  it('has a Secret for secrets, masked unless it goes to a file', async () => {
    configure({}, '[db]\nconnection = postgres://shop:hunter2@db/shop\n\n[mail]\npassword = hunter2\n')
    const shown = await exported('kubernetes')
    expect(shown.stderr).toContain('the Secret is masked')
    expect(shown.stdout).not.toContain('hunter2')
    const target = join(folder, 'deploy')
    mkdirSync(target)
    await exported('kubernetes', '--image', 'registry.example/shop:3', '--output', target)
    expect(readdirSync(target)).toEqual(['configmap.yaml', 'deployment.yaml', 'secret.yaml', 'service.yaml'])
    const text = (name: string): string => readFileSync(join(target, name), 'utf-8')
    const others = ['configmap.yaml', 'deployment.yaml', 'service.yaml'].map(text)
    expect(others.join('\n')).not.toContain('hunter2')
    expect(parse(text('secret.yaml'))).toMatchObject({
      stringData: {
        'secrets.conf': '[db]\nconnection = postgres://shop:hunter2@db/shop\n\n[mail]\npassword = hunter2\n',
      },
    })
    expect(statSync(join(target, 'secret.yaml')).mode & 0o777).toBe(0o600)
    expect(text('deployment.yaml')).toContain('image: registry.example/shop:3')
    expect(text('deployment.yaml')).toContain('- /etc/shop-api/secrets.conf')
  })

  it('serves nobody where the command listens on nothing but a unix socket', async () => {
    configure({ listen: 'unix:/run/shop/api.sock' })
    const { Service, Deployment } = await objects()
    expect(Service).toBeUndefined()
    expect(JSON.stringify(Deployment)).not.toMatch(/Probe|containerPort|OS_DEFAULT/)
  })
})

describe('slipway export compose', () => {
  it('writes a service with an init, a healthcheck and time to drain', async () => {
    configure({ listen: '0.0.0.0:9000', stop_delay: '2' }, '[mail]\npassword = hunter2\n')
    const text = await expectWritten('compose')
    expect(text).not.toContain('hunter2')
    expect(parse(text)).toEqual({
      services: {
        'shop-api': {
          image: 'shop:2.1.0',
          command: ['shop-api', '--config-file', '/etc/shop-api/shop.conf'],
          init: true,
          restart: 'on-failure',
          stop_grace_period: '37s',
          ports: ['9000:9000'],
          healthcheck: {
            test: ['CMD', 'node', '-e', expect.stringContaining("connect(9000, '127.0.0.1')") as string],
            interval: '10s',
            timeout: '5s',
            retries: 3,
            start_period: '30s',
          },
          tmpfs: ['/run/shop:mode=1777'],
          secrets: [{ source: 'shop-conf', target: '/etc/shop-api/shop.conf' }],
        },
      },
      secrets: { 'shop-conf': { file: join(folder, 'etc/shop.conf') } },
    })
  })
})

describe('a probe', () => {
  const speaks = (...set: readonly string[]): string => {
    const entries = ['cert_file', 'key_file', 'ca_file'].map((name) => {
      return { group: 'ssl', name, value: set.includes(name) ? `/etc/shop/${name}` : null }
    })
    const config = { entries: () => entries } as unknown as Config
    return protocolOf({ config, tcp: [{ kind: 'tcp', host: '::', port: 443 }] })
  }

  it('speaks TLS where the service does, and asks nothing where it had to have a certificate', () => {
    expect([speaks(), speaks('cert_file', 'key_file'), speaks('cert_file', 'ca_file')]).toEqual([
      'http',
      'https',
      'client',
    ])
  })
})

describe('the secrets of a configuration file', () => {
  it('are those by declaration, by name and in URLs, whole and with their group; also one that is commented out', () => {
    const file = join(folder, 'etc/shop.conf')
    put(
      'etc/shop.conf',
      '[a]\nurl = http://u:p@h/\nplain = 1\n[b]\nplain = 2\ntoken = x\n  y\n#password = old\n[a]\napi_key: z\n',
    )
    const { plain, secret } = splitSecrets(file, readServiceConfig({ files: [file] }))
    expect(plain.split('\n').filter((line) => /^[^#[]/.test(line))).toEqual(['plain = 1', 'plain = 2'])
    expect(plain).not.toContain('old')
    expect(secret).toBe('[a]\nurl = http://u:p@h/\napi_key: z\n\n[b]\ntoken = x\n  y\n')
  })
})
