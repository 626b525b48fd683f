// Where npm installs globally: the table, and npm itself asked about the same files.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { npmPrefix } from '../../src/entrypoints/npm-prefix.ts'
import { projectFolder } from './project-folder.ts'

/** A home folder and a node beside an npm; no line of this machine's own files is read. */
function surroundings(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const folder = projectFolder({ 'node/bin/npm': '', 'home/x': '', ...files })
  const home = join(folder, 'home')
  return { folder, from: { env: { HOME: home, ...env }, home, node: join(folder, 'node/bin/node'), cwd: folder } }
}

describe('where npm installs globally', () => {
  it.each([
    ['the folder above node', {}, {}, '/node', null],
    [
      'the user',
      { 'home/.npmrc': 'prefix=/opt/npm', 'node/etc/npmrc': 'prefix=/usr/npm' },
      {},
      '/opt/npm',
      'home/.npmrc:1',
    ],
    [
      'the global npmrc',
      { 'home/.npmrc': 'color=false', 'node/etc/npmrc': '\nprefix = /usr/npm' },
      {},
      '/usr/npm',
      'node/etc/npmrc:2',
    ],
    ['npm’s own npmrc', { 'node/npmrc': 'prefix=/brew' }, {}, '/brew', 'node/npmrc:1'],
    ['below the home folder', { 'home/.npmrc': 'prefix=~/.npm-global' }, {}, '/home/.npm-global', 'home/.npmrc:1'],
    ['a variable in it', { 'home/.npmrc': 'prefix=${BASE}/x' }, { BASE: '/base' }, '/base/x', 'home/.npmrc:1'],
    ['no such variable', { 'home/.npmrc': 'prefix=/a/${BASE?}x' }, {}, '/a/x', 'home/.npmrc:1'],
    ['the last of two lines', { 'home/.npmrc': 'prefix=/one\nprefix=/two' }, {}, '/two', 'home/.npmrc:2'],
    [
      'the environment',
      { 'home/.npmrc': 'prefix=/opt/npm' },
      { NPM_CONFIG_PREFIX: '/env' },
      '/env',
      'NPM_CONFIG_PREFIX',
    ],
    [
      'an empty variable does not',
      { 'home/.npmrc': 'prefix=/opt/npm' },
      { npm_config_prefix: '' },
      '/opt/npm',
      'home/.npmrc:1',
    ],
    ['another file of the user', { user: 'prefix=/other' }, { npm_config_userconfig: 'user' }, '/other', 'user:1'],
    [
      'a global file that the user names',
      { 'home/.npmrc': 'globalconfig=${HOME}/g', 'home/g': 'prefix=/g' },
      {},
      '/g',
      'home/g:1',
    ],
    ['PREFIX, when nothing else does', {}, { PREFIX: '/make' }, '/make', 'PREFIX'],
    ['no project', { '.npmrc': 'prefix=/project', 'package.json': '{}' }, {}, '/node', null],
  ])('is told by %s', (_, files, env, expected, origin) => {
    const { folder, from } = surroundings(files, env)
    const named = {
      ...from.env,
      ...('npm_config_userconfig' in env ? { npm_config_userconfig: join(folder, 'user') } : {}),
    }
    const found = npmPrefix({ ...from, env: named })
    expect(found.folder.replace(folder, '')).toBe(expected)
    const where = found.where && `${found.where.file.replace(`${folder}/`, '')}:${found.where.line}`
    expect(where ?? found.variable).toBe(origin)
  })

  it.each([
    [{ 'home/.npmrc': 'prefix=${BASE}/x' }, { BASE: '/base' }],
    [{ 'home/.npmrc': 'prefix=~/.npm-global', '.npmrc': 'prefix=/project' }, {}],
    [{ 'home/.npmrc': 'prefix="/quoted path"' }, { npm_config_prefix: '' }],
    [{ 'home/.npmrc': 'prefix=/user' }, { NPM_CONFIG_PREFIX: '/env/../x' }],
    [{ 'home/.npmrc': 'globalconfig=${HOME}/g', 'home/g': 'prefix=below/it' }, {}],
  ])('is what npm itself says of %j with %j', (files, env) => {
    const { folder, from } = surroundings({ 'package.json': '{"name":"shop"}', ...files }, env)
    const said = execFileSync('npm', ['prefix', '-g'], {
      cwd: folder,
      env: { ...from.env, PATH: process.env.PATH },
      encoding: 'utf-8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    expect(npmPrefix(from).folder).toBe(said.trim())
  })
})
