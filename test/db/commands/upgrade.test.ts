// upgrade, downgrade, stamp, current: what they do to the database, what they say, how they end.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hasPty, openPty } from '../../cli/pty.ts'
import { eachDatabase } from '../databases.ts'
import { line, parted, Shop } from './shop.ts'

eachDatabase('a database', (server) => {
  it('goes up, shows where it is, and goes back', async () => {
    const shop = new Shop(line, {}, await server.fresh())
    expect(await shop.run('upgrade +2')).toEqual({
      status: 0,
      stdout: '',
      stderr: 'Running upgrade  -> a1a1, create documents\nRunning upgrade a1a1 -> b2b2, add size\n',
    })
    expect(await shop.run('current')).toEqual({ status: 0, stdout: 'b2b2\n', stderr: '' })
    expect(await shop.tables()).toEqual(['documents'])
    expect(await shop.run('upgrade heads')).toMatchObject({ status: 0 })
    expect(await shop.run('current')).toEqual({ status: 0, stdout: 'c3c3 (head)\n', stderr: '' })
    expect(await shop.tables()).toEqual(['documents', 'owners'])
    expect(await shop.run('downgrade base --yes')).toEqual({
      status: 0,
      stdout: '',
      stderr: [
        'Running downgrade c3c3 -> b2b2, create owners',
        'Running downgrade b2b2 -> a1a1, add size',
        'Running downgrade a1a1 -> , create documents\n',
      ].join('\n'),
    })
    expect(await shop.run('current')).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(await shop.tables()).toEqual([])
  })

  it('is stamped without a revision being run', async () => {
    const shop = new Shop(line, {}, await server.fresh())
    expect(await shop.run('stamp b2b2')).toEqual({ status: 0, stdout: '', stderr: 'Running stamp_upgrade  -> b2b2\n' })
    expect((await shop.run('current')).stdout).toBe('b2b2\n')
    expect(await shop.tables()).toEqual([])
    expect((await shop.run('stamp base')).stderr).toBe('Running stamp_downgrade b2b2 -> \n')
    expect((await shop.run('current')).stdout).toBe('')
  })
})

describe('upgrade', () => {
  it('to where the database is says nothing', async () => {
    const shop = new Shop(line)
    await shop.run('upgrade heads')
    for (const words of ['upgrade heads', 'upgrade head', 'upgrade c3c3', 'upgrade a1a1']) {
      expect(await shop.run(words)).toEqual({ status: 0, stdout: '', stderr: '' })
    }
  })

  it.each([
    [['upgrade', 'b2'], 'b2b2'],
    [['upgrade', '--delta', '2'], 'b2b2'],
    [['upgrade', 'a1a1', '--delta', '1'], 'b2b2'],
    [['upgrade', 'a1a1+2'], 'c3c3 (head)'],
  ])('%j leads to %s', async (words, where) => {
    const shop = new Shop(line)
    expect(await shop.run(words)).toMatchObject({ status: 0 })
    expect((await shop.run('current')).stdout).toBe(`${where}\n`)
  })

  it.each([
    ['upgrade', 'it is not said where to'],
    ['upgrade +1 --delta 1', '--delta and a relative revision both say how far'],
    ['upgrade --expand --contract', '--expand and --contract are two upgrades'],
    ['upgrade heads --expand', '"heads" and --expand both say where to'],
    ['upgrade nowhere', 'there is no revision "nowhere"'],
    ['upgrade +4', '"+4" leads nowhere'],
  ])('%s is refused: %s', async (words, message) => {
    const shop = new Shop(line)
    const { status, stdout, stderr } = await shop.run(words)
    expect({ status, stdout }).toEqual({ status: 64, stdout: '' })
    expect(stderr).toContain(message)
    expect((await shop.run('current')).stdout).toBe('')
  })

  it('shows with --dry-run what it would do, and does nothing', async () => {
    const shop = new Shop(line)
    expect(await shop.run('upgrade b2b2 --dry-run')).toEqual({
      status: 0,
      stdout: 'Running upgrade  -> a1a1, create documents\nRunning upgrade a1a1 -> b2b2, add size\n',
      stderr: '',
    })
    const plan = JSON.parse((await shop.run('upgrade +1 --dry-run --json')).stdout) as unknown
    expect(plan).toMatchObject([
      { direction: 'upgrade', revision: 'a1a1', down_revision: [], before: [], after: ['a1a1'] },
    ])
    expect(await shop.tables()).toEqual([])
    await shop.run('upgrade heads')
    expect(await shop.run('upgrade heads --dry-run')).toEqual({ status: 0, stdout: '', stderr: 'nothing to do\n' })
  })

  it('stops at the revision that fails, says where, and goes on when it is mended', async () => {
    const shop = new Shop(line)
    const mended = line[1] ?? { id: '' }
    shop.add({ ...mended, upgrade: `await db.schema.createTable('documents').addColumn('id', 'integer').execute()` })
    const { status, stderr } = await shop.spawn('upgrade heads')
    expect(status).toBe(70)
    expect(stderr).toContain('Running upgrade a1a1 -> b2b2, add size\n')
    expect(stderr).toContain('error SLIPWAY_DB_MIGRATION: upgrade of revision "b2b2" failed')
    expect(stderr).toContain('migrations/b2b2.js')
    expect((await shop.run('current')).stdout).toBe('a1a1\n')
    shop.add(mended)
    expect(await shop.spawn('upgrade heads')).toMatchObject({ status: 0 })
    expect((await shop.spawn('current')).stdout).toBe('c3c3 (head)\n')
  })

  it('runs what expands before what contracts', async () => {
    const shop = new Shop(parted)
    expect((await shop.run('upgrade heads')).stderr).toBe(
      [
        'Running upgrade  -> a1a1, create documents',
        'Running upgrade a1a1 -> c3c3, add size',
        'Running upgrade a1a1 -> b2b2, drop length',
        'Running upgrade b2b2 -> d4d4, drop user\n',
      ].join('\n'),
    )
    expect((await shop.run('current')).stdout).toBe('c3c3 (head)\nd4d4 (head)\n')
  })

  it('runs one of the two branches on its own', async () => {
    const shop = new Shop(parted)
    expect((await shop.run('upgrade --expand')).stderr).toContain('c3c3')
    expect((await shop.run('current')).stdout).toBe('c3c3 (head)\n')
    expect((await shop.run('has_offline_migrations')).status).toBe(1)
    expect((await shop.run('upgrade --contract --delta 1')).stderr).toBe('Running upgrade a1a1 -> b2b2, drop length\n')
    expect((await shop.run('upgrade --contract')).stderr).toBe('Running upgrade b2b2 -> d4d4, drop user\n')
    expect((await shop.run('has-offline-migrations')).status).toBe(0)
  })
})

eachDatabase('of two runs at once', (server) => {
  it('one works and the other says whom it waits for, or gives up', async () => {
    const wait = `const { existsSync } = await import('node:fs')
  while (!existsSync('go')) await new Promise((resolve) => setTimeout(resolve, 10))`
    const shop = new Shop(
      [{ id: 'a1a1', upgrade: wait }, ...line.slice(1).map((one) => ({ ...one, upgrade: '' }))],
      {},
      await server.fresh(),
    )
    const first = shop.start('upgrade heads')
    await first.says('Running upgrade')
    const patient = shop.start('upgrade heads')
    // Of a file the kernel tells it, and only Linux's.
    const isTold = server.dialect !== 'sqlite' || process.platform === 'linux'
    const who = server.dialect === 'sqlite' ? `process ${first.pid}, since 20` : 'session '
    await patient.says(`another run of migrations is at work on this database${isTold ? ` (${who}` : ', waiting'}`)
    const hasty = await shop.spawn('upgrade heads --lock-timeout 0')
    expect(hasty.status).toBe(69)
    expect(hasty.stderr).toContain('SLIPWAY_DB_LOCKED')
    expect(hasty.stderr).toContain(isTold ? `  ${who}` : '  it has not ended')
    writeFileSync(join(shop.folder, 'go'), '')
    expect(await first.closed).toEqual([0, null])
    expect(await patient.closed).toEqual([0, null])
    expect(patient.said().split('\n')).toHaveLength(2)
    expect((await shop.run('current')).stdout).toBe('c3c3 (head)\n')
  })
})

describe('downgrade', () => {
  it('is refused where nobody can be asked', async () => {
    const shop = new Shop(line)
    await shop.run('upgrade heads')
    const { status, stderr } = await shop.spawn('downgrade -1')
    expect(status).toBe(64)
    expect(stderr).toContain('a downgrade has to be confirmed, and nobody is there to ask')
    expect((await shop.run('current')).stdout).toBe('c3c3 (head)\n')
    expect(await shop.run('downgrade -1 --dry-run')).toMatchObject({
      status: 0,
      stdout: 'Running downgrade c3c3 -> b2b2, create owners\n',
    })
  })

  it.each([
    ['y', 0, 'b2b2'],
    ['Yes', 0, 'b2b2'],
    ['', 1, 'c3c3 (head)'],
    ['no', 1, 'c3c3 (head)'],
  ])('asks, and an answer of %j is status %i', async (answer, status, where) => {
    const shop = new Shop(line)
    await shop.run('upgrade heads')
    const outcome = await shop.run('downgrade -1', { answer })
    expect(outcome.status).toBe(status)
    expect(outcome.stderr).toContain(`On ${shop.url}: what these revisions have added is lost. Go on? [y/N] `)
    expect((await shop.run('current')).stdout).toBe(`${where}\n`)
  })

  it.skipIf(!hasPty).each([
    ['a yes', 'y\r', 0, 'b2b2'],
    ['Ctrl-C', '\u0003', 1, 'c3c3 (head)'],
    ['Ctrl-D', '\u0004', 1, 'c3c3 (head)'],
  ])('takes %s on a terminal (skipped without script(1) of util-linux)', async (_, keys, status, where) => {
    const shop = new Shop(line)
    await shop.run('upgrade heads')
    const command = `${process.execPath} ${shop.script} --config-file ${shop.conf} downgrade -1`
    const pty = openPty(command, { cwd: shop.folder, env: process.env })
    await pty.until(/Go on\? \[y\/N\] /u)
    pty.write(keys)
    if (status === 1) await pty.until(/nothing was changed/u)
    else await pty.until(/Running downgrade c3c3 -> b2b2/u)
    expect(await pty.end()).toBe(status)
    expect((await shop.run('current')).stdout).toBe(`${where}\n`)
  })

  it('does not ask when there is nothing to do', async () => {
    const shop = new Shop(line)
    expect(await shop.run('downgrade base', { answer: 'no' })).toEqual({ status: 0, stdout: '', stderr: '' })
  })
})

describe('stamp', () => {
  it('--purge forgets an id that no file has', async () => {
    const shop = new Shop(line)
    await shop.run('upgrade heads')
    const { kysely } = await shop.database()
    await kysely.updateTable('alembic_version').set({ version_num: 'feed' }).execute()
    for (const words of ['current', 'upgrade heads', 'stamp head']) {
      const { status, stderr } = await shop.run(words)
      expect(status).toBe(78)
      expect(stderr).toContain('the database is at revision "feed", which no file has')
      expect(stderr).toContain('stamp --purge')
    }
    expect(await shop.run('stamp --purge c3c3')).toMatchObject({ status: 0 })
    expect((await shop.run('current')).stdout).toBe('c3c3 (head)\n')
  })
})

describe('current', () => {
  it('--check-heads is status 1 until all heads are there', async () => {
    const shop = new Shop(line)
    await shop.run('upgrade b2b2')
    expect(await shop.run('current --check-heads')).toEqual({
      status: 1,
      stdout: 'b2b2\n',
      stderr: 'the database is not at all heads: c3c3 missing\n',
    })
    await shop.run('upgrade heads')
    expect(await shop.run('current --check-heads')).toMatchObject({ status: 0, stderr: '' })
  })

  it('--verbose names the database, without its password', async () => {
    const shop = new Shop(line)
    await shop.run('upgrade a1a1')
    expect((await shop.run('current -v')).stdout).toBe(
      `Current revision(s) for ${shop.url}:\nRev: a1a1\nParent: <base>\nPath: ${shop.folder}/migrations/a1a1.js\n\n    create documents\n\n`,
    )
  })

  it('--json gives what a program wants to know', async () => {
    const shop = new Shop(line)
    await shop.run('upgrade heads')
    expect(JSON.parse((await shop.run('current --json')).stdout)).toEqual([
      {
        revision: 'c3c3',
        down_revision: ['b2b2'],
        depends_on: [],
        labels: [],
        next: [],
        message: 'create owners',
        file: `${shop.folder}/migrations/c3c3.js`,
        location: 'shop',
        isHead: true,
        isBranchPoint: false,
        isMergePoint: false,
      },
    ])
  })

  it('says which option and which file name a database that is not there', async () => {
    const shop = new Shop(line, {}, 'postgresql://shop:s3cret@127.0.0.1:1/shop')
    const { status, stderr } = await shop.run('current')
    expect(status).toBe(69)
    expect(stderr).toContain('shop.conf:4')
    expect(stderr).not.toContain('s3cret')
  })
})

describe('version', () => {
  it('shows that of the service and of its database', async () => {
    const shop = new Shop(line)
    await shop.run('upgrade b2b2')
    expect((await shop.run('version')).stdout).toBe('shop-db-manage 1.2.3\ndatabase  b2b2\nheads     c3c3\n')
    expect(JSON.parse((await shop.run('version --json')).stdout)).toEqual({
      prog: 'shop-db-manage',
      version: '1.2.3',
      database: ['b2b2'],
      heads: ['c3c3'],
    })
  })
})
