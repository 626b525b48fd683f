// Revision files: where they are found, what a broken one says.
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadGraph, revisionFiles } from '../../../src/db/migrations/load-revisions.ts'
import { findLocations } from '../../../src/db/migrations/locations.ts'
import { planUpgrade } from '../../../src/db/migrations/plan.ts'
import { rejectionOf } from '../../fault.ts'
import { projectFolder } from '../../entrypoints/project-folder.ts'

const manifest = (value: string, name = 'shop') =>
  JSON.stringify({ name: 'shop', type: 'module', entryPoints: { 'slipway.migrations': { [name]: value } } })

const file = (id: string, down: string | null, more = '') =>
  `export const revision = ${JSON.stringify(id)}\nexport const down_revision = ${JSON.stringify(down)}\nexport async function upgrade() {}\n${more}`

const load = (files: Readonly<Record<string, string>>) => loadGraph({ from: projectFolder(files) })

describe('revisions are found', () => {
  it('in the folder that a dotted name means, sorted, without what is no revision', async () => {
    const folder = projectFolder({
      'package.json': manifest('shop.db.migrations'),
      'src/shop/db/migrations/b2.js': file('b2', 'a1', 'export const message = "Second"\n'),
      'src/shop/db/migrations/a1.mjs': `// The first: tables.\n// More.\n${file('a1', null)}`,
      'src/shop/db/migrations/_shared.js': 'export const nothing = 1\n',
      'src/shop/db/migrations/index.js': 'export const nothing = 1\n',
      'src/shop/db/migrations/a1.d.ts': '',
      'src/shop/db/migrations/README.md': '',
    })
    const graph = await loadGraph({ from: folder })
    expect(
      Array.from(graph.nodes.values(), ({ revision: { id, message, location } }) => [id, message, location]),
    ).toEqual([
      ['a1', 'The first: tables.', 'shop'],
      ['b2', 'Second', 'shop'],
    ])
    expect(graph.nodes.get('a1')?.revision.file).toBe(join(folder, 'src/shop/db/migrations/a1.mjs'))
  })

  it('in a folder "versions" below it, as alembic lays it out', async () => {
    const graph = await load({
      'package.json': manifest('./migrations'),
      'migrations/env.js': 'throw new Error("not to be loaded")',
      'migrations/versions/a1.js': file('a1', null),
    })
    expect([...graph.nodes.keys()]).toEqual(['a1'])
  })

  it('as a module that exports them, for programs in one file', async () => {
    const graph = await load({
      'package.json': manifest('shop.migrations:all'),
      'shop/migrations.js':
        'const upgrade = () => {}\nexport const all = [{ revision: "a1", down_revision: null, message: "m", upgrade }]\n',
    })
    expect(graph.nodes.get('a1')?.revision).toMatchObject({ message: 'm', file: '', location: 'shop' })
  })

  it('of every package that extends the service by its name, each a branch; not of other services', async () => {
    const graph = await load({
      'package.json': manifest('./migrations'),
      'migrations/a1.js': file('a1', null, 'export const branch_labels = "shop"\n'),
      'node_modules/mail/package.json': JSON.stringify({
        name: 'mail',
        type: 'module',
        entryPoints: { 'slipway.migrations': { shop: 'mail.db.migrations' } },
      }),
      'node_modules/billing/package.json': JSON.stringify({
        name: 'billing',
        type: 'module',
        entryPoints: { 'slipway.migrations': { billing: 'billing.migrations', bad: '' } },
      }),
      'node_modules/billing/migrations/a1.js': file('a1', null),
      'node_modules/mail/dist/db/migrations/m1.js': file(
        'm1',
        null,
        'export const branch_labels = ["mail"]\nexport const depends_on = "shop"\n',
      ),
    })
    expect(graph.heads.map(({ id }) => id)).toEqual(['a1', 'm1'])
    expect(planUpgrade(graph, 'mail@head', []).map(({ revision: { id, location } }) => [id, location])).toEqual([
      ['a1', 'shop'],
      ['m1', 'mail'],
    ])
  })

  it('of the project also when somebody comes by a link, or writes its folder another way', async () => {
    const folder = projectFolder({ 'package.json': manifest('./migrations'), 'migrations/a1.js': file('a1', null) })
    const link = join(projectFolder({}), 'link')
    symlinkSync(folder, link)
    for (const from of [link, `${folder}/`, join(folder, 'migrations')]) {
      expect((await findLocations({ from })).map(({ name, isOwn }) => [name, isOwn])).toEqual([['shop', true]])
    }
  })

  it('as CommonJS too', async () => {
    const graph = await load({
      'package.json': manifest('./migrations'),
      'migrations/a1.cjs': 'module.exports = { revision: "a1", down_revision: null, upgrade() {} }\n',
    })
    expect([...graph.nodes.keys()]).toEqual(['a1'])
  })

  it('once, when two names mean one folder, and nowhere when no package names one', async () => {
    const files = { 'migrations/a1.js': file('a1', null) }
    const twice = { 'slipway.migrations': { one: './migrations', two: './migrations' } }
    const from = projectFolder({
      'package.json': JSON.stringify({ name: 'shop', type: 'module', entryPoints: twice }),
      ...files,
    })
    expect((await findLocations({ from })).map(({ name }) => name)).toEqual(['one'])
    expect((await load({ 'package.json': '{"name":"shop"}', ...files })).nodes.size).toBe(0)
  })

  it('as the built file when the source stands beside it', () => {
    const folder = projectFolder({ 'a1.ts': '', 'a1.js': '', 'b2.ts': '' })
    expect(revisionFiles(folder)).toEqual([join(folder, 'a1.js'), join(folder, 'b2.ts')])
  })
})

// Below node_modules, where Node itself imports and not the runner of the tests.
describe('a file that is no revision is refused', () => {
  it.each<[why: string, text: string, expected: object]>([
    [
      'without an id',
      'export const revison = "a1"\nexport function upgrade() {}\n',
      {
        code: 'SLIPWAY_DB_REVISION',
        message: 'a revision file exports no "revision"',
        found: 'it exports revison, upgrade',
        alternatives: ['revison'],
      },
    ],
    [
      'without down_revision',
      'export const revision = "a1"\nexport function upgrade() {}\n',
      { message: 'a revision file exports no "down_revision"', expected: 'an id, an array of ids, or null for a base' },
    ],
    [
      'with an id of another type',
      'export const revision = 1\n',
      {
        message: 'a revision file exports a bad "revision"',
        found: 'it is 1',
        expected: 'an id such as "1f2e3d4c5b6a"',
      },
    ],
    [
      'without upgrade',
      'export const revision = "a1"\nexport const down_revision = null\n',
      { message: 'a revision file exports no "upgrade"', expected: 'export async function upgrade(db, context)' },
    ],
    [
      'with a transaction that is no switch',
      file('a1', null, 'export const transaction = "no"\n'),
      { message: 'a revision file exports a bad "transaction"', expected: 'true or false' },
    ],
    [
      'with an id that no version table holds',
      file('a'.repeat(33), null),
      { message: 'a revision file exports a bad "revision"', expected: 'at most 32 characters' },
    ],
    [
      'with an id that is a target of another kind',
      file('head', null),
      { message: '"head" cannot be a name of revision', found: '"head" means something else in a target' },
    ],
    [
      'with an id that could be relative',
      file('a-1', null),
      { original: "Character(s) '-' not allowed in revision identifier 'a-1'" },
    ],
    ['that does not parse', 'const a = ;', { code: 'SLIPWAY_REFERENCE_SOURCE' }],
    [
      'that throws',
      'throw new Error("no")\n',
      { code: 'SLIPWAY_REFERENCE_THREW', message: 'module "a1.mjs" threw while it loaded: Error: no' },
    ],
    ['that imports what is not there', 'import "nowhere"\n', { code: 'SLIPWAY_REFERENCE_DEPENDENCY' }],
  ])('%s', async (_, text, expected) => {
    const folder = projectFolder({ 'package.json': manifest('./node_modules/own'), 'node_modules/own/a1.mjs': text })
    const fault = await rejectionOf(loadGraph({ from: folder }))
    expect(fault).toMatchObject(expected)
    expect(fault.where?.file).toBe(join(folder, 'node_modules/own/a1.mjs'))
  })

  it('and a name that means no folder and no module, with where it was looked for', async () => {
    const fault = await rejectionOf(load({ 'package.json': manifest('shop.db.migratoins'), 'shop/db/x.js': '' }))
    expect(fault).toMatchObject({ code: 'SLIPWAY_REFERENCE_MODULE', where: { line: expect.any(Number) } })
  })

  it('and a module without revisions', async () => {
    const fault = await rejectionOf(
      load({ 'package.json': manifest('shop.migrations'), 'shop/migrations.js': 'export const x = 1\n' }),
    )
    expect(fault).toMatchObject({ code: 'SLIPWAY_DB_REVISION', message: '"shop.migrations" brings no revisions' })
  })
})

describe('500 files', () => {
  it('are all loaded, in their order', async () => {
    const files = Array.from({ length: 500 }, (_, index) => {
      const id = (number: number) => `r${String(number).padStart(4, '0')}`
      return [`node_modules/own/${id(index)}.mjs`, file(id(index), index === 0 ? null : id(index - 1))] as const
    })
    const graph = await load({ 'package.json': manifest('./node_modules/own'), ...Object.fromEntries(files) })
    expect(graph.nodes.size).toBe(500)
    expect(graph.heads.map(({ id }) => id)).toEqual(['r0499'])
  })
})
