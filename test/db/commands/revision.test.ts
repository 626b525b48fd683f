// New revision files: what they follow, where they go, that they run.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { line, parted, Shop } from './shop.ts'

/** The file that a command says it has written. */
function written(shop: Shop, stdout: string): string {
  const path = /^wrote {2}(.+)\n$/u.exec(stdout)?.[1]
  if (path === undefined) throw new Error(`nothing was written: ${stdout}`)
  return readFileSync(join(shop.folder, path), 'utf-8').replace(/Created: .*/u, 'Created: today')
}

describe('revision', () => {
  it('writes a file behind the head, which runs', async () => {
    const shop = new Shop(line)
    const { status, stdout, stderr } = await shop.run(['revision', '-m', `add Ada's "colour"`, '--rev-id', 'd4d4'])
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: 'wrote  migrations/d4d4_add_ada_s_colour.js\n',
      stderr: '',
    })
    expect(written(shop, stdout)).toMatchInlineSnapshot(`
      "// add Ada's "colour"
      //
      // Revision: d4d4
      // Revises: c3c3
      // Created: today

      export const revision = 'd4d4'
      export const down_revision = 'c3c3'
      export const branch_labels = null
      export const depends_on = null

      /** @param {import('slipway/db').MigrationDatabase} db */
      export async function upgrade(db) {
        // await db.schema.createTable('documents').addColumn('id', 'varchar(36)', (column) => column.primaryKey()).execute()
      }

      /** @param {import('slipway/db').MigrationDatabase} db */
      export async function downgrade(db) {
        // await db.schema.dropTable('documents').execute()
      }
      "
    `)
    expect((await shop.run('heads')).stdout).toBe('d4d4 (head)\n')
    expect((await shop.run('show d4')).stdout).toContain(`    add Ada's "colour"\n`)
    expect(await shop.run('upgrade heads')).toMatchObject({ status: 0 })
    expect((await shop.run('current')).stdout).toBe('d4d4 (head)\n')
  })

  it('has an id of its own, and may be the first of all', async () => {
    const shop = new Shop([])
    const { stdout } = await shop.run(['revision', '-m', 'first'])
    expect(stdout).toMatch(/^wrote {2}migrations\/[0-9a-f]{12}_first\.js\n$/u)
    expect(written(shop, stdout)).toContain('export const down_revision = null\n')
    expect((await shop.run('upgrade heads')).stderr).toMatch(/^Running upgrade {2}-> [0-9a-f]{12}, first\n$/u)
  })

  it('is written in TypeScript where the others are', async () => {
    const shop = new Shop([])
    const others = join(shop.folder, 'migrations')
    writeFileSync(join(others, 'a1a1_first.ts'), 'export const revision = "a1a1"')
    writeFileSync(join(others, 'a1a1_first.js'), readFileSync(join(others, 'README')))
    writeFileSync(
      join(others, 'a1a1_first.js'),
      'export const revision = "a1a1"\nexport const down_revision = null\nexport function upgrade() {}',
    )
    const { stdout } = await shop.run(['revision', '-m', 'second', '--rev-id', 'b2b2'])
    expect(stdout).toBe('wrote  migrations/b2b2_second.ts\n')
    expect(written(shop, stdout)).toContain('export async function upgrade(db: MigrationDatabase): Promise<void> {')
  })

  it('of a project that is compiled goes where the sources are, once they are all compiled', async () => {
    const shop = new Shop(line)
    writeFileSync(
      join(shop.folder, 'tsconfig.json'),
      '{ "compilerOptions": { "rootDir": "src", "outDir": "." } } // here',
    )
    const sources = join(shop.folder, 'src/migrations')
    mkdirSync(sources, { recursive: true })
    for (const { id } of line) writeFileSync(join(sources, `${id}.ts`), '')
    expect((await shop.run(['revision', '-m', 'x', '--rev-id', 'd4d4'])).stdout).toBe(
      'wrote  src/migrations/d4d4_x.ts\n',
    )
    const { status, stderr } = await shop.run(['revision', '-m', 'y'])
    expect(status).toBe(78)
    expect(stderr).toContain('revision file "d4d4_x.ts" is not compiled yet')
    expect(readdirSync(sources)).toHaveLength(4)
  })

  it('goes into the folder "versions" that alembic has', async () => {
    const shop = new Shop([])
    mkdirSync(join(shop.folder, 'migrations/versions'))
    expect((await shop.run(['revision', '-m', 'x', '--rev-id', 'a1a1'])).stdout).toBe(
      'wrote  migrations/versions/a1a1_x.js\n',
    )
    expect((await shop.run('heads')).stdout).toBe('a1a1 (head)\n')
  })

  it('begins a branch, depends on others, and parts from what is no head with --splice', async () => {
    const shop = new Shop(line)
    const words = [
      'revision',
      '-m',
      'audit',
      '--head',
      'base',
      '--branch-label',
      'audit',
      '--depends-on',
      'b2',
      '--rev-id',
      'f6f6',
    ]
    const text = written(shop, (await shop.run(words)).stdout)
    expect(text).toContain(
      `export const down_revision = null\nexport const branch_labels = 'audit'\nexport const depends_on = 'b2b2'\n`,
    )
    expect((await shop.run('heads')).stdout).toBe('c3c3 (head)\nf6f6 (audit) (head)\n')
    const refused = await shop.run(['revision', '-m', 'x', '--head', 'a1a1'])
    expect(refused.status).toBe(64)
    expect(refused.stderr).toContain('revision "a1a1" is no head')
    expect(refused.stderr).toContain('--splice')
    const parting = written(shop, (await shop.run(['revision', '-m', 'x', '--head', 'a1a1', '--splice'])).stdout)
    expect(parting).toContain(`export const down_revision = 'a1a1'\n`)
  })

  it('of "expand" and "contract" begins each branch at the same place, then goes on there', async () => {
    const shop = new Shop([{ id: 'a1a1' }, { id: 'b2b2', down: 'a1a1' }])
    const down = async (flag: string, id: string) => {
      const text = written(shop, (await shop.run(['revision', '-m', 'x', flag, '--rev-id', id])).stdout)
      return /down_revision = (.*)\nexport const branch_labels = (.*)\n/u.exec(text)?.slice(1)
    }
    expect(await down('--expand', 'c3c3')).toEqual([`'b2b2'`, `'expand'`])
    expect(await down('--contract', 'd4d4')).toEqual([`'b2b2'`, `'contract'`])
    expect(await down('--expand', 'e5e5')).toEqual([`'c3c3'`, 'null'])
    expect(await down('--contract', 'f6f6')).toEqual([`'d4d4'`, 'null'])
    expect((await shop.run('check_migration')).status).toBe(0)
  })

  it.each([
    [['-m', 'x', '--rev-id', 'a1a1'], '"a1a1" cannot be the id of a revision'],
    [['-m', 'x', '--rev-id', 'a-b'], '"a-b" cannot be the id of a revision'],
    [['-m', 'x', '--rev-id', 'x'.repeat(33)], 'cannot be the id of a revision'],
    [['-m', 'x', '--branch-label', 'head'], '"head" cannot be the label of a branch'],
    [['-m', 'x', '--location', 'shpo'], 'there is no folder of revision files "shpo"'],
    [['-m', 'x', '--head', 'c4c4'], 'there is no revision "c4c4"'],
    [['-m', 'x', '--expand', '--contract'], '--expand and --contract are two revisions'],
    [['-m', 'x', '--depends-on', 'base'], 'nothing can depend on "base"'],
  ])('%j is refused, and nothing is written', async (words, message) => {
    const shop = new Shop(line)
    const { status, stdout, stderr } = await shop.run(['revision', ...words])
    expect({ status, stdout }).toEqual({ status: 64, stdout: '' })
    expect(stderr).toContain(message)
    expect(readdirSync(join(shop.folder, 'migrations'))).toHaveLength(line.length + 1)
  })

  it('needs a message', async () => {
    const { status, stderr } = await new Shop(line).run('revision')
    expect(status).toBe(64)
    expect(stderr).toContain('the revision needs a message')
  })
})

describe('merge', () => {
  it('brings branches together', async () => {
    const shop = new Shop([{ id: 'a1a1' }, { id: 'b2b2', down: 'a1a1' }, { id: 'c3c3', down: 'a1a1' }])
    expect(await shop.run('check_migration')).toMatchObject({ status: 1 })
    const refused = await shop.run('revision -m x')
    expect(refused.stderr).toContain('"head" means several revisions')
    const { stdout } = await shop.run(['merge', 'heads', '-m', 'back together', '--rev-id', 'd4d4'])
    expect(written(shop, stdout)).toContain(`export const down_revision = ['b2b2', 'c3c3']\n`)
    expect((await shop.run('heads')).stdout).toBe('d4d4 (head)\n')
    expect(await shop.run('check_migration')).toMatchObject({ status: 0, stderr: '' })
    expect(await shop.run('upgrade heads')).toMatchObject({ status: 0 })
    expect((await shop.run('current')).stdout).toBe('d4d4 (head) (mergepoint)\n')
  })

  it('takes ids, and says what it merges when nobody does', async () => {
    const shop = new Shop([{ id: 'a1a1' }, { id: 'b2b2', down: 'a1a1' }, { id: 'c3c3', down: 'a1a1' }])
    expect(written(shop, (await shop.run('merge b2b2 c3')).stdout)).toMatch(/^\/\/ merge b2b2 and c3c3\n/u)
  })

  it('of one revision is none', async () => {
    const { status, stderr } = await new Shop(line).run('merge heads')
    expect(status).toBe(64)
    expect(stderr).toContain('a merge needs several revisions')
  })
})

describe('check_migration', () => {
  it('lists the heads of a branch that has several', async () => {
    const shop = new Shop([...parted, { id: 'e5e5', down: 'c3c3', message: 'add owner' }, { id: 'f6f6', down: 'c3c3' }])
    const { status, stdout, stderr } = await shop.run('check-migration')
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain('  e5e5 (expand) (head), add owner\n  f6f6 (expand) (head), revision f6f6\n')
    expect(stderr).not.toContain('d4d4')
  })

  it('tells of a revision that follows nothing', async () => {
    const { status, stderr } = await new Shop([{ id: 'b2b2', down: 'a1a1' }]).run('check_migration')
    expect(status).toBe(78)
    expect(stderr).toContain('down_revision of revision "b2b2" names "a1a1", which is not there')
    expect(stderr).toContain('migrations/b2b2.js')
  })
})

describe('without revision files', () => {
  it('says where they are named', async () => {
    const shop = new Shop([])
    writeFileSync(join(shop.folder, 'setup.cfg'), '[metadata]\nname = shop\n')
    const { status, stderr } = await shop.spawn('history')
    expect(status).toBe(78)
    expect(stderr).toContain('the project names no folder of revision files')
    expect(stderr).toContain('slipway.migrations')
    expect(existsSync(join(shop.folder, 'shop.db'))).toBe(false)
  })
})
