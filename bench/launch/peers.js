// The servers that are compared: how each is started, reloaded, and why one is left out. Nothing here starts
// anything. npm packages are looked for in the folder that `npm run bench:peers` fills, or in BENCH_PEERS_FOLDER.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
export const peersFolder = process.env.BENCH_PEERS_FOLDER ?? here('../peers')
const packages = join(peersFolder, 'node_modules')
const node = process.execPath
const nodeMajor = Number(process.versions.node.split('.')[0])
const environment = { ...process.env, NODE_ENV: 'production' }

/**
 * Each peer: `missing()` why it cannot run here, or null; `start({workers, port, folder})` the command, which stays in the
 * foreground, in a folder of its own; `path` what is asked; `reload` a signal or a command; `reloaded` a line of its output that
 * says that it is done (unless given: all children are others).
 */
export const peers = {
  slipway: {
    title: 'Slipway, one app',
    kind: 'node',
    start: (where) => serviceServer(where, { deployment: here('api-paste.ini') }),
    path: '/',
    reload: 'SIGHUP',
    reloaded: /"msg":"reloaded in/u,
  },
  service: {
    title: 'Slipway, service-server with its 7 filters',
    kind: 'node',
    start: (where) => serviceServer(where, {}),
    path: '/v1/echo',
    blocks: false,
    reload: 'SIGHUP',
    reloaded: /"msg":"reloaded in/u,
  },
  threads: {
    title: 'Slipway, one app, threads',
    kind: 'node',
    workers: [2],
    start: (where) => serviceServer(where, { deployment: here('api-paste.ini'), model: 'thread' }),
    path: '/',
    reload: 'SIGHUP',
    reloaded: /"msg":"reloaded in/u,
  },
  bare: {
    title: 'bare node:http, one process',
    kind: 'floor',
    workers: [1],
    start: ({ port }) => script('bare.js', port),
    path: '/',
  },
  prototype: {
    title: 'prototype, processes',
    kind: 'floor',
    start: ({ port, workers }) => script('prototype.js', port, workers),
    path: '/',
    reload: 'SIGHUP',
    reloaded: /^reloaded$/mu,
  },
  prototypeThreads: {
    title: 'prototype, threads',
    kind: 'floor',
    start: ({ port, workers }) => script('prototype.js', port, workers, 'thread'),
    path: '/',
    reload: 'SIGHUP',
    reloaded: /^reloaded$/mu,
  },
  cluster: {
    title: 'node:cluster, app drains',
    kind: 'node',
    start: ({ port, workers }) => script('cluster.js', port, workers),
    path: '/',
    reload: 'SIGHUP',
    reloaded: /^reloaded$/mu,
  },
  pm2: {
    title: 'pm2, cluster mode, app drains',
    kind: 'node',
    version: () => versionOf('pm2'),
    missing: () => missingPackage('pm2'),
    start: pm2,
    path: '/',
    reload: ({ folder }) => ({
      command: node,
      args: [join(packages, 'pm2/bin/pm2'), 'reload', 'bench', '--silent'],
      env: { ...environment, PM2_HOME: folder },
    }),
  },
  watt: {
    title: 'Watt',
    kind: 'node',
    version: () => versionOf('wattpm'),
    missing: () => (nodeMajor < 22 ? 'it needs Node 22.19' : missingPackage('wattpm')),
    start: watt,
    path: '/',
    reload: ({ pid }) => ({
      command: node,
      args: [join(packages, 'wattpm/bin/cli.js'), 'restart', String(pid)],
      env: environment,
    }),
  },
  gunicorn: {
    title: 'gunicorn sync, PasteDeploy',
    kind: 'python',
    version: () => firstLine('gunicorn', '--version'),
    missing: () => missingCommand('gunicorn'),
    start: (where) => gunicorn(where, 'sync', []),
    path: '/',
    reload: 'SIGHUP',
  },
  gthread: {
    title: 'gunicorn gthread × 8, PasteDeploy',
    kind: 'python',
    version: () => firstLine('gunicorn', '--version'),
    missing: () => missingCommand('gunicorn'),
    start: (where) => gunicorn(where, 'gthread', ['--threads', '8']),
    path: '/',
    reload: 'SIGHUP',
  },
  uwsgi: {
    title: 'uWSGI, PasteDeploy',
    kind: 'python',
    version: () => `uwsgi ${firstLine('uwsgi', '--version')}`,
    missing: () => missingCommand('uwsgi'),
    start: uwsgi,
    path: '/',
    reload: 'SIGHUP',
    reloaded: /spawned uWSGI worker 2/u,
  },
}

function script(name, ...args) {
  return { command: node, args: [here(name), ...args.map(String)], env: environment }
}

/** With the configuration of the reference service; `deployment` in place of its own. */
function serviceServer({ port, workers, folder }, { deployment, model }) {
  const flags = ['--listen', `127.0.0.1:${port}`, '--workers', String(workers)]
  const file = join(folder, 'bench.conf')
  const lines = ['[DEFAULT]']
  if (deployment !== undefined) lines.push(`api_paste_config = ${deployment}`)
  if (model !== undefined) lines.push(`worker_model = ${model}`)
  writeFileSync(file, `${lines.join('\n')}\n`)
  const files = ['--config-file', here('../../etc/service/service.conf'), '--config-file', file]
  return {
    command: node,
    args: [here('../../bin/service-server.js'), ...files, ...flags],
    env: { ...environment, OS_DATABASE__CONNECTION: 'sqlite://' },
    cwd: here('../..'),
  }
}

function pm2({ port, workers, folder }) {
  const file = join(folder, 'bench.config.json')
  const app = {
    name: 'bench',
    script: here('pm2-app.js'),
    instances: workers,
    exec_mode: 'cluster',
    wait_ready: true,
    listen_timeout: 10_000,
    kill_timeout: 10_000,
    env: { PORT: String(port) },
  }
  writeFileSync(file, JSON.stringify({ apps: [app] }))
  return {
    command: node,
    args: [join(packages, 'pm2/bin/pm2-runtime'), 'start', file],
    env: { ...environment, PM2_HOME: folder },
  }
}

function watt({ port, workers, folder }) {
  symlinkSync(packages, join(folder, 'node_modules'))
  mkdirSync(join(folder, 'app'))
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'bench', type: 'module', main: 'index.js', dependencies: { '@platformatic/node': '*' } }),
  )
  writeFileSync(join(folder, 'index.js'), `export { create } from ${JSON.stringify(here('watt-app.js'))}\n`)
  writeFileSync(
    join(folder, 'watt.json'),
    JSON.stringify({
      $schema: `https://schemas.platformatic.dev/@platformatic/node/${versionOf('@platformatic/node').split(' ')[1]}.json`,
      runtime: {
        server: { hostname: '127.0.0.1', port },
        workers: { static: workers },
        logger: { level: 'info' },
        metrics: false,
        managementApi: true,
      },
    }),
  )
  return { command: node, args: [join(packages, 'wattpm/bin/cli.js'), 'start', folder], env: environment }
}

function gunicorn({ port, workers }, kind, more) {
  const args = ['--paste', here('python-paste.ini'), '--pythonpath', here('.'), '--bind', `127.0.0.1:${port}`]
  args.push('--workers', String(workers), '--worker-class', kind, '--backlog', '511', ...more)
  return { command: 'gunicorn', args, env: environment }
}

function uwsgi({ port, workers }) {
  const args = ['--plugin', 'python3', '--master', '--die-on-term', '--need-app', '--disable-logging']
  // One kept connection holds a worker: without this each reload takes a minute.
  args.push('--reload-mercy', '5', '--worker-reload-mercy', '5')
  args.push('--http11-socket', `127.0.0.1:${port}`, '--processes', String(workers), '--listen', '511')
  args.push('--pythonpath', here('.'), '--paste', `config:${here('python-paste.ini')}`)
  return { command: 'uwsgi', args, env: environment }
}

function missingPackage(name) {
  return existsSync(join(packages, name)) ? null : 'not installed (npm run bench:peers)'
}

function missingCommand(name) {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0 ? null : 'not installed'
}

function versionOf(name) {
  return `${name} ${JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf-8')).version}`
}

function firstLine(command, ...args) {
  return spawnSync(command, args, { encoding: 'utf-8' }).stdout.split('\n')[0]
}
