// `npm run bench:peers`: installs the npm packages that `npm run bench launch documents` compares with into bench/peers/, which git
// ignores: they are no dependencies of the project. gunicorn and uWSGI come from the system's packages.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { peersFolder } from './launch/peers.js'

const packages = [
  'pm2@7',
  'wattpm@3',
  '@platformatic/node@3',
  '@fastify/cors@11',
  '@fastify/request-context@6',
  'lru-cache@11',
]

mkdirSync(peersFolder, { recursive: true })
// A project of its own: npm would otherwise look further up.
writeFileSync(join(peersFolder, 'package.json'), '{ "private": true }\n')
const flags = ['--no-package-lock', '--no-audit', '--no-fund']
const { status } = spawnSync('npm', ['install', ...flags, ...packages], { cwd: peersFolder, stdio: 'inherit' })
process.stdout.write('For the others: apt-get install gunicorn uwsgi uwsgi-plugin-python3 python3-pastedeploy\n')
process.exitCode = status ?? 1
