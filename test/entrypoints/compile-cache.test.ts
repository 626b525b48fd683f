// Where a command leaves the code that Node has compiled for it: real processes of the built package.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import Module from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { projectFolder } from './project-folder.ts'

const command = fileURLToPath(new URL('../../bin/slipway.js', import.meta.url))
/** Node 22.8 and newer; before that nothing is kept, and nothing fails. */
const hasCache = 'enableCompileCache' in Module

function versionWith(env: Readonly<Record<string, string>>): void {
  const { status, stderr } = spawnSync(process.execPath, [command, '--version'], { env, encoding: 'utf-8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
}

/** The versions of Node that have left something there. */
const versions = (folder: string): number => (existsSync(folder) ? readdirSync(folder).length : 0)

describe('compiled code', () => {
  it.each([
    ['the cache folder that systemd made for the unit', 'CACHE_DIRECTORY', '', 'slipway'],
    ['the cache folder of the user', 'XDG_CACHE_HOME', '', 'slipway'],
    ['.cache in the home of the user', 'HOME', '', '.cache/slipway'],
    ['the folder that NODE_COMPILE_CACHE names', 'NODE_COMPILE_CACHE', 'mine', 'mine'],
  ])('is kept in %s', (_, variable, given, found) => {
    const folder = projectFolder({})
    versionWith({ [variable]: join(folder, given) })
    expect(versions(join(folder, found))).toBe(hasCache ? 1 : 0)
  })

  it('is kept nowhere when Node is told so, or when the folder cannot be written', () => {
    const folder = projectFolder({ file: '' })
    versionWith({ XDG_CACHE_HOME: folder, NODE_DISABLE_COMPILE_CACHE: '1' })
    versionWith({ XDG_CACHE_HOME: join(folder, 'file') })
    expect(readdirSync(folder)).toEqual(['file'])
  })
})
