import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type EntryPointQuery, readEntryPoints, readInstalled } from '../../src/entrypoints/installed.ts'
import { projectFolder } from './project-folder.ts'

const run = promisify(execFile)
const built = new URL('../../dist/entrypoints/index.js', import.meta.url).href

let cache: string

beforeEach(() => {
  cache = projectFolder({})
  vi.stubEnv('XDG_CACHE_HOME', cache)
  vi.stubEnv('CACHE_DIRECTORY', undefined)
  vi.stubEnv('SLIPWAY_NO_INDEX', undefined)
  return () => vi.unstubAllEnvs()
})

const entries = (name: string, value: string) => JSON.stringify({ name, entryPoints: { drivers: { [name]: value } } })
const plain = (name: string) => JSON.stringify({ name, version: '1.0.0' })
const lock = { 'node_modules/.package-lock.json': '{}' }

/** `name = value` of a project's group, as the index has it. */
async function found(folder: string, query: EntryPointQuery = {}): Promise<string[]> {
  const list = await readEntryPoints({ group: 'drivers', from: folder, ...query })
  return list.map(({ name, value }) => `${name} = ${value}`)
}

const indexOf = (folder: string) => join(cache, 'slipway/entry-points', folder, 'index.json')

/** Until everything in it is old enough to be trusted; a head is one line. */
async function keptIndex(folder: string): Promise<string> {
  for (;;) {
    await found(folder)
    const text = readFileSync(indexOf(folder), 'utf-8')
    if (!text.includes('"?"')) return text
  }
}

/** Shows whether the index answered: what is changed in it alone comes back. */
async function answersFromIndex(folder: string): Promise<boolean> {
  const text = await keptIndex(folder)
  const [one = ''] = (await found(folder))[0]?.split(' = ') ?? []
  writeFileSync(indexOf(folder), text.replaceAll(`"name":"${one}","value"`, `"name":"${one}-kept","value"`))
  const isKept = (await found(folder)).some((line) => line.startsWith(`${one}-kept`))
  writeFileSync(indexOf(folder), text)
  return isKept
}

describe('the entry points that a project can see', () => {
  it('are its own, those of its workspaces, and those of packages up the tree, in this order', async () => {
    const folder = projectFolder({
      'app/package.json': JSON.stringify({
        name: 'app',
        workspaces: ['packages/*', '!packages/no'],
        entryPoints: { drivers: { own: 'app:own' } },
      }),
      'app/packages/near/package.json': entries('near', 'near:x'),
      'app/packages/no/package.json': entries('no', 'no:x'),
      'app/node_modules/zeta/setup.cfg': '[metadata]\nname = Zeta\n[entry_points]\ndrivers =\n    z = zeta:x\n',
      'app/node_modules/zeta/package.json': plain('zeta'),
      'app/node_modules/@acme/one/package.json': entries('one', './one.js:x'),
      'app/node_modules/python/entry_points.txt': '[drivers]\npy = python:x\n',
      'node_modules/above/package.json': entries('above', 'above:x'),
    })
    const list = await readEntryPoints({ group: 'drivers', from: join(folder, 'app') })
    expect(list.map(({ name, distribution }) => [name, distribution.name])).toEqual([
      ['own', 'app'],
      ['near', 'near'],
      ['one', 'one'],
      ['py', 'python'],
      ['z', 'Zeta'],
      ['above', 'above'],
    ])
    expect(list[4]?.where).toMatchObject({ file: join(folder, 'app/node_modules/zeta/setup.cfg'), line: 5, column: 5 })
    expect(list[2]?.reference).toMatchObject({ module: './one.js', attr: 'x' })
  })

  it.each<[unknown, string[]]>([
    [['packages/*'], ['packages/a', 'packages/b-x']],
    [{ packages: ['./packages/a/'] }, ['packages/a']],
    [
      ['packages/{a,c}', 'deep/**'],
      ['deep/down/under', 'packages/a'],
    ],
    [
      ['packages/b-?', 'packages/[a]'],
      ['packages/b-x', 'packages/a'],
    ],
    [['missing/*', 5], []],
  ])('are in the workspaces of %j', async (workspaces, expected) => {
    const folder = projectFolder({
      'package.json': JSON.stringify({ workspaces }),
      'packages/a/package.json': entries('packages/a', 'a:x'),
      'packages/b-x/package.json': entries('packages/b-x', 'b:x'),
      'packages/a/node_modules/x/package.json': entries('nested', 'x:x'),
      'deep/down/under/package.json': entries('deep/down/under', 'c:x'),
    })
    const names = (await readEntryPoints({ from: folder })).map(({ name }) => name)
    expect(new Set(names)).toEqual(new Set(expected))
    expect(names).toHaveLength(expected.length)
  })

  it('come once when a workspace is linked into node_modules, as npm does', async () => {
    const folder = projectFolder({
      'package.json': JSON.stringify({ name: 'app', workspaces: ['packages/*'] }),
      'packages/near/package.json': entries('near', 'near:x'),
      ...lock,
    })
    symlinkSync('../packages/near', join(folder, 'node_modules/near'))
    expect(await found(folder)).toEqual(['near = near:x'])
  })

  it('are those of the nearest package of a name', async () => {
    const folder = projectFolder({
      'app/package.json': plain('app'),
      'app/node_modules/one/package.json': plain('one'),
      'app/node_modules/two/package.json': entries('two', 'two:near'),
      'node_modules/one/package.json': entries('one', 'one:far'),
      'node_modules/two/package.json': entries('two', 'two:far'),
    })
    expect(await found(join(folder, 'app'))).toEqual(['two = two:near'])
    rmSync(join(folder, 'app/node_modules/one'), { recursive: true })
    expect(await found(join(folder, 'app'))).toEqual(['two = two:near', 'one = one:far'])
  })

  it('are chosen by group and name', async () => {
    const folder = projectFolder({
      'setup.cfg': '[options.entry_points]\na =\n    x = m:1\n    y = m:2\nb =\n    x = m:3\n',
    })
    const values = async (query: EntryPointQuery) =>
      (await readEntryPoints({ ...query, from: folder })).map(({ value }) => value)
    expect(await values({})).toEqual(['m:1', 'm:2', 'm:3'])
    expect(await values({ group: 'a' })).toEqual(['m:1', 'm:2'])
    expect(await values({ name: 'x' })).toEqual(['m:1', 'm:3'])
    expect(await values({ group: 'b', name: 'y' })).toEqual([])
  })

  it('leave out a manifest that cannot be read, and say so', async () => {
    const folder = projectFolder({
      'package.json': plain('app'),
      'node_modules/bad/package.json': '{"entryPoints": {',
      'node_modules/good/package.json': entries('good', 'good:x'),
    })
    const { entryPoints, problems } = await readInstalled({ from: folder })
    expect(entryPoints.map(({ name }) => name)).toEqual(['good'])
    expect(problems).toMatchObject([
      { code: 'SLIPWAY_MANIFEST_ENTRY', where: { file: join(folder, 'node_modules/bad/package.json'), line: 1 } },
    ])
    expect(await keptIndex(folder)).toContain('SLIPWAY_MANIFEST_ENTRY')
    expect((await readInstalled({ from: folder })).problems).toMatchObject([{ code: 'SLIPWAY_MANIFEST_ENTRY' }])
  })

  it('are looked for in NODE_PATH and below the global prefix of npm, too', async () => {
    const folder = projectFolder({
      'app/package.json': plain('app'),
      'path/one/package.json': entries('one', 'one:x'),
      'global/lib/node_modules/two/package.json': entries('two', 'two:x'),
      'other/.npmrc': 'color = false\n',
    })
    const script = `import { readEntryPoints } from ${JSON.stringify(built)}
      console.log((await readEntryPoints({ group: 'drivers' })).map(({ name }) => name).join())`
    const env = { ...process.env, NODE_PATH: join(folder, 'path'), npm_config_prefix: join(folder, 'global') }
    const options = { env, cwd: join(folder, 'app') }
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], options)
    expect(stdout).toBe('one,two\n')
  })
})

describe('the index of installed packages', () => {
  const files = {
    'package.json': plain('app'),
    'node_modules/one/package.json': entries('one', 'one:x'),
    'node_modules/plain/package.json': plain('plain'),
    'node_modules/@acme/plain/package.json': plain('@acme/plain'),
  }
  const kinds = [
    ['where npm rules', { ...files, ...lock }],
    ['where nobody does', files],
  ] as const

  it('is asked when nothing has changed', async () => {
    expect(await answersFromIndex(projectFolder({ ...files, ...lock }))).toBe(true)
  })

  it('is one file that only its user can read, in a folder of theirs', async () => {
    const folder = projectFolder(files)
    await found(folder)
    expect(statSync(indexOf(folder)).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(indexOf(folder))).mode & 0o777).toBe(0o700)
    expect(readdirSync(dirname(indexOf(folder)))).toEqual(['index.json'])
  })

  describe.each(kinds)('%s', (_, given) => {
    const prepared = async () => {
      const folder = projectFolder(given)
      await keptIndex(folder)
      return folder
    }

    it('sees a package that is added, also below a scope', async () => {
      const folder = await prepared()
      for (const name of ['added', '@acme/added', '@new/added']) {
        mkdirSync(join(folder, 'node_modules', name), { recursive: true })
        writeFileSync(join(folder, 'node_modules', name, 'package.json'), entries(name, 'added:x'))
      }
      expect(await found(folder)).toEqual([
        '@acme/added = added:x',
        '@new/added = added:x',
        'added = added:x',
        'one = one:x',
      ])
    })

    it('sees a package that is removed', async () => {
      const folder = await prepared()
      rmSync(join(folder, 'node_modules/one'), { recursive: true })
      expect(await found(folder)).toEqual([])
    })

    it('sees a change that leaves size and time of modification as they were, as a copy with its times may', async () => {
      const folder = await prepared()
      const file = join(folder, 'node_modules/one/package.json')
      const { atime, mtime } = statSync(file)
      writeFileSync(file, entries('one', 'one:y'))
      utimesSync(file, atime, mtime)
      expect(await found(folder)).toEqual(['one = one:y'])
    })

    it('sees a manifest of another kind that is put beside', async () => {
      const folder = await prepared()
      writeFileSync(join(folder, 'node_modules/one/setup.cfg'), '[entry_points]\ndrivers =\n    more = one:more\n')
      expect(await found(folder)).toEqual(['more = one:more', 'one = one:x'])
    })

    it('sees a package that is put in the place of another', async () => {
      const folder = await prepared()
      renameSync(join(folder, 'node_modules/plain'), join(folder, 'node_modules/.plain-old'))
      mkdirSync(join(folder, 'node_modules/plain'))
      writeFileSync(join(folder, 'node_modules/plain/package.json'), entries('plain', 'plain:x'))
      expect(await found(folder)).toEqual(['one = one:x', 'plain = plain:x'])
    })

    it('sees every one of many changes that follow at once', async () => {
      const folder = await prepared()
      const file = join(folder, 'node_modules/one/package.json')
      for (let step = 0; step < 30; step += 1) {
        const value = `one:x${step % 10}`
        writeFileSync(file, entries('one', value))
        expect(await found(folder)).toEqual([`one = ${value}`])
      }
    })

    it('sees the first entry point of a package that is edited by hand, by the time somebody misses it', async () => {
      const folder = await prepared()
      writeFileSync(join(folder, 'node_modules/plain/package.json'), entries('plain', 'plain:x'))
      expect(await found(folder, { name: 'plain' })).toEqual(['plain = plain:x'])
      expect(await found(folder)).toEqual(['one = one:x', 'plain = plain:x'])
    })

    it('sees an edit in a linked package, even of one that had no entry points', async () => {
      const folder = projectFolder({ ...given, 'packages/linked/package.json': plain('linked') })
      symlinkSync('../packages/linked', join(folder, 'node_modules/linked'))
      await keptIndex(folder)
      writeFileSync(join(folder, 'packages/linked/package.json'), entries('linked', 'linked:x'))
      expect(await found(folder)).toContain('linked = linked:x')
      rmSync(join(folder, 'packages/linked'), { recursive: true })
      expect(await found(folder)).toEqual(['one = one:x'])
    })

    it('sees what changes in the project itself', async () => {
      const folder = await prepared()
      writeFileSync(join(folder, 'package.json'), entries('own', 'own:x'))
      expect(await found(folder)).toEqual(['own = own:x', 'one = one:x'])
    })
  })

  it('sees a workspace and a folder of packages that come into being', async () => {
    const folder = projectFolder({
      'package.json': JSON.stringify({ workspaces: ['packages/*'] }),
      'packages/one/package.json': entries('one', 'one:x'),
    })
    await keptIndex(folder)
    mkdirSync(join(folder, 'packages/two'))
    writeFileSync(join(folder, 'packages/two/package.json'), entries('two', 'two:x'))
    expect(await found(folder)).toEqual(['one = one:x', 'two = two:x'])
    await keptIndex(folder)
    mkdirSync(join(folder, 'node_modules/three'), { recursive: true })
    writeFileSync(join(folder, 'node_modules/three/package.json'), entries('three', 'three:x'))
    expect(await found(folder)).toEqual(['one = one:x', 'two = two:x', 'three = three:x'])
  })

  it('is not trusted within the tick of the clock in which something has changed', async () => {
    // A clock that stands: a busy machine may need longer for the files than a tick.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    onTestFinished(() => void vi.useRealTimers())
    const folder = projectFolder({ ...files, ...lock })
    await found(folder)
    expect(readFileSync(indexOf(folder), 'utf-8')).toContain('"?"')
    vi.setSystemTime(Date.now() + 60_000)
    await found(folder)
    expect(readFileSync(indexOf(folder), 'utf-8')).not.toContain('"?"')
  })

  it.each([
    ['cut short', (text: string) => text.slice(0, text.length / 4)],
    ['empty', () => ''],
    ['of another project', (text: string) => text.replace('"project":"', '"project":"/other')],
    ['of another format', (text: string) => text.replace('"format":1', '"format":0')],
    ['without its second line', (text: string) => text.split('\n', 1)[0] ?? ''],
  ])('that is %s is made anew', async (_, damage) => {
    const folder = projectFolder({ ...files, ...lock })
    const text = await keptIndex(folder)
    writeFileSync(indexOf(folder), damage(text))
    expect(await found(folder)).toEqual(['one = one:x'])
    expect(await found(folder, { name: 'none' })).toEqual([])
    expect(await keptIndex(folder)).toBe(text)
  })

  it('does without a file where none can be written', async () => {
    const folder = projectFolder(files)
    for (const place of ['/dev/null/cache', join(folder, 'package.json')]) {
      vi.stubEnv('XDG_CACHE_HOME', place)
      expect(await found(folder)).toEqual(['one = one:x'])
    }
  })

  it('keeps nothing when it is switched off, by the caller or by SLIPWAY_NO_INDEX', async () => {
    const folder = projectFolder(files)
    expect(await found(folder, { cache: false })).toEqual(['one = one:x'])
    vi.stubEnv('SLIPWAY_NO_INDEX', '1')
    expect(await found(folder)).toEqual(['one = one:x'])
    expect(existsSync(join(cache, 'slipway'))).toBe(false)
  })

  it.runIf(process.getuid?.() === 0)('of another user is not read (needs root to make one)', async () => {
    const folder = projectFolder({ ...files, ...lock })
    const text = await keptIndex(folder)
    const { chownSync } = await import('node:fs')
    writeFileSync(indexOf(folder), text.replaceAll('"one:x"', '"evil:x"'))
    chownSync(indexOf(folder), 65_534, 65_534)
    expect(await found(folder)).toEqual(['one = one:x'])
  })

  it('is shared by starts at the same time, while packages change', async () => {
    const folder = projectFolder({ ...files, ...lock })
    const target = join(folder, 'node_modules/one/package.json')
    // Each starts when it is told to, asks often, and says every answer that it has got.
    const script = `import { readEntryPoints } from ${JSON.stringify(built)}
      const seen = new Set()
      for (let i = 0; i < 150; i += 1) {
        const list = await readEntryPoints({ group: 'drivers', from: ${JSON.stringify(folder)} })
        seen.add(list.map(({ value }) => value).join())
      }
      console.log(JSON.stringify([...seen]))`
    const progress = { isOver: false }
    const readers = Promise.all(
      Array.from({ length: 4 }, () => run(process.execPath, ['--input-type=module', '--eval', script])),
    ).finally(() => (progress.isOver = true))
    const written = new Set(['one:x'])
    for (let step = 0; !progress.isOver; step += 1) {
      const value = `one:x${step}`
      written.add(value)
      // As npm does it: by a new file in the place of the old.
      writeFileSync(join(folder, 'draft.json'), entries('one', value))
      renameSync(join(folder, 'draft.json'), target)
      await new Promise((resolve) => setImmediate(resolve))
    }
    for (const { stdout, stderr } of await readers) {
      expect(stderr).toBe('')
      for (const answer of JSON.parse(stdout) as string[]) expect([...written]).toContain(answer)
    }
    expect(await found(folder)).toEqual([`one = ${[...written].at(-1)}`])
    await keptIndex(folder)
    // No draft is left of all that wrote.
    expect(readdirSync(dirname(indexOf(folder)))).toEqual(['index.json'])
  })
})
