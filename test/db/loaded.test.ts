// What a program pays for the room: kysely and drivers when a database is opened, and a driver that is missing is told.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { databaseSettings } from './settings.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-db-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Runs a module beside dist/; with a list, as if only these packages were installed. */
function run(
  text: string,
  { packages, env = {} }: { packages?: readonly string[]; env?: Record<string, string> } = {},
) {
  const folder = scratch()
  symlinkSync(join(root, 'dist'), join(folder, 'dist'))
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
  writeFileSync(join(folder, 'main.mjs'), text)
  if (packages) mkdirSync(join(folder, 'node_modules'))
  for (const name of packages ?? []) symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  // So that packages are looked for where the links are.
  const flags = packages ? ['--preserve-symlinks', '--preserve-symlinks-main'] : []
  const given = { ...process.env, ...env, NODE_OPTIONS: '' }
  return spawnSync(process.execPath, [...flags, join(folder, 'main.mjs')], { encoding: 'utf-8', env: given })
}

const opening = (connection: string): string => `
  import { openDatabase } from './dist/db/index.js'
  try {
    const database = await openDatabase(${JSON.stringify(databaseSettings({ connection }))})
    await database.close()
    console.log(database.dialect)
  } catch (error) {
    console.log(error.code, error.message, error.hint)
  }`

describe('slipway/db', () => {
  it('loads neither kysely nor a driver until a database is opened', () => {
    const folder = scratch()
    const { status, stderr } = run("import './dist/db/index.js'", { env: { NODE_V8_COVERAGE: folder } })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const loaded = readdirSync(folder).flatMap((file) => {
      const coverage = JSON.parse(readFileSync(join(folder, file), 'utf-8')) as { result: { url: string }[] }
      return coverage.result.map(({ url }) => url)
    })
    expect(loaded).toContainEqual(expect.stringContaining('/dist/db/index.js'))
    expect(loaded.filter((url) => /node_modules|node:sqlite|chunks\/kysely/u.test(url))).toEqual([])
  })

  it('opens SQLite in silence', () => {
    const { stdout, stderr } = run(opening('sqlite://'))
    expect({ stdout, stderr }).toEqual({ stdout: 'sqlite\n', stderr: '' })
  })

  it.each([
    ['postgresql', 'pg'],
    ['mysql', 'mysql2'],
  ])('says which package a URL of %s needs: %s', (scheme, name) => {
    const { stdout, stderr } = run(opening(`${scheme}://u:p@127.0.0.1:1/n`), { packages: ['kysely'] })
    const message = `the database needs the package "${name}", which is not installed`
    expect({ stdout, stderr }).toEqual({
      stdout: `SLIPWAY_DB_DRIVER ${message} run: npm install ${name}\n`,
      stderr: '',
    })
  })
})
