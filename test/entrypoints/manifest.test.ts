import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderDiagnostic } from '../../src/diagnostic.ts'
import { readDistribution } from '../../src/entrypoints/distribution.ts'
import { manifestNames, parseManifest, readManifest } from '../../src/entrypoints/manifest.ts'
import { isSlipwayError } from '../../src/errors.ts'
import { parseConfigParser } from '../../src/ini/index.ts'
import { project } from './project-folder.ts'

const text = (...lines: string[]) => `${lines.join('\n')}\n`

/** What stands where an entry says that its name and its reference stand. */
function written(source: string, name: (typeof manifestNames)[number]) {
  const lines = source.split(/\r\n|\r|\n/u)
  const cut = (where: { line?: number; column?: number; length?: number }) =>
    lines[(where.line ?? 0) - 1]?.slice((where.column ?? 0) - 1, (where.column ?? 0) - 1 + (where.length ?? 0))
  return parseManifest(source, `/dir/${name}`).entryPoints.map((entry) => ({
    entry,
    atName: cut(entry.where),
    atValue: cut(entry.valueWhere),
  }))
}

describe('the entries of a manifest', () => {
  const sources = [
    ['setup.cfg', text('[entry_points]', 'console_scripts =', '    a-b = shop.cmd:main', '\tc=shop.other:main [x]  ')],
    ['setup.cfg', text('[options.entry_points]', 'g = a = shop.api:app')],
    ['entry_points.txt', text('[g]', '  a   =  shop.api:app  ', 'b=shop')],
    [
      'package.json',
      text('{"name": "shop",', '  "entryPoints": {"g": {"a": "shop.api:app",', '  "b": "./b.js:app"}}}'),
    ],
    [
      'pyproject.toml',
      text(
        '[project]',
        'name = "shop"',
        '[project.scripts]',
        'shop = "shop.cmd:main" # the command',
        "'a b' = 'shop.api:app'",
        '[project.entry-points."my.group"]',
        'name = "shop.names:main"',
      ),
    ],
  ] as const

  it.each(sources)('of %s know where they stand', (name, source) => {
    const rows = written(source, name)
    expect(rows.length).toBeGreaterThan(0)
    for (const { entry, atName, atValue } of rows) {
      expect(atName?.replaceAll(/^['"]|['"]$/gu, '')).toBe(entry.name)
      expect(atValue).toBe(entry.value)
      expect(entry.problem).toBeNull()
    }
  })

  it('of an inline table in pyproject.toml stand at the table', () => {
    const source = text('[project]', 'name = "shop"', 'scripts = { shop = "shop.cmd:main" }')
    const [row] = parseManifest(source, '/dir/pyproject.toml').entryPoints
    expect(row).toMatchObject({ name: 'shop', value: 'shop.cmd:main', where: { line: 3, column: 1, length: 7 } })
  })

  it('of pyproject.toml and package.json are texts', () => {
    const toml = parseManifest(text('[project.scripts]', 'shop = 5'), '/dir/pyproject.toml')
    expect(toml.problems).toMatchObject([{ code: 'SLIPWAY_MANIFEST_ENTRY', where: { line: 2, column: 8 } }])
    const json = parseManifest('{"entryPoints": {"g": {"shop": 5}}}', '/dir/package.json')
    expect(json.problems).toMatchObject([{ code: 'SLIPWAY_MANIFEST_ENTRY', where: { line: 1, column: 32 } }])
  })

  it('with a bad reference stay, with their problem at the reference', () => {
    const { entryPoints, problems } = parseManifest(text('[entry_points]', 'g =', '    x = a-b:c'), '/dir/setup.cfg')
    expect(entryPoints).toMatchObject([{ name: 'x', reference: null }])
    expect(problems).toEqual([entryPoints[0]?.problem])
    expect(problems[0]?.where).toMatchObject({ line: 3, column: 9, length: 5 })
  })

  it('that both sections of setup.cfg hold alike stand once', () => {
    const both = (other: string) =>
      parseManifest(
        text('[entry_points]', 'g =', ' x = a:b', '[options.entry_points]', 'g =', ` x = ${other}`),
        '/dir/setup.cfg',
      )
    expect(both('a:b')).toMatchObject({ entryPoints: [{ value: 'a:b' }], problems: [] })
    expect(both('c:d').problems).toMatchObject([{ code: 'SLIPWAY_MANIFEST_DUPLICATE', where: { line: 6 } }])
  })

  it('whose percent reference leads nowhere are told where it stands', () => {
    const { problems } = parseManifest(text('[options.entry_points]', 'g =', ' x = %(base)s:b'), '/dir/setup.cfg')
    expect(problems).toMatchObject([{ code: 'SLIPWAY_INI_INTERPOLATION', where: { line: 3, column: 6 } }])
  })

  it('that two files of a folder hold with different targets are a problem', () => {
    const { problems } = project({
      'setup.cfg': text('[entry_points]', 'g =', '    x = a:b'),
      'package.json': '{"entryPoints": {"g": {"x": "c:d"}}}',
    })
    expect(problems).toMatchObject([
      { code: 'SLIPWAY_MANIFEST_DUPLICATE', message: expect.stringContaining('two files') },
    ])
  })
})

describe('a manifest', () => {
  it('gives entries or a SlipwayError, whatever its text', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '[entry_points]',
        '[options.entry_points]',
        '[g]',
        '[project.scripts]',
        'g =',
        '  x = a:b',
        'x = a:b',
      ),
      fc.string({ maxLength: 12 }),
    )
    const texts = fc.array(line, { maxLength: 8 }).map((lines) => lines.join('\n'))
    fc.assert(
      fc.property(texts, fc.constantFrom(...manifestNames), (source, name) => {
        try {
          const { entryPoints, problems } = parseManifest(source, `/dir/${name}`)
          for (const { reference, problem } of entryPoints) expect(reference === null).toBe(problem !== null)
          for (const { where } of problems) expect(where?.file).toBe(`/dir/${name}`)
        } catch (error) {
          if (!isSlipwayError(error)) throw error
        }
      }),
    )
  })

  it('holds in every form the entries that were written into it', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,7}$/u).filter((one) => one !== 'constructor')
    const entries = fc.dictionary(name, fc.constantFrom('a:b', 'a.b:c.d', 'shop.api:app_factory [x]'), { minKeys: 1 })
    fc.assert(
      fc.property(entries, (table) => {
        const rows = Object.entries(table)
        const quoted = rows.map(([key, value]) => `"${key}" = "${value}"`)
        const sources = {
          'setup.cfg': text(
            '[options.entry_points]',
            'my.group =',
            ...rows.map(([key, value]) => `    ${key} = ${value}`),
          ),
          'entry_points.txt': text('[my.group]', ...rows.map(([key, value]) => `${key} = ${value}`)),
          'package.json': JSON.stringify({ entryPoints: { 'my.group': table } }),
          'pyproject.toml': text('[project.entry-points."my.group"]', ...quoted),
        }
        for (const [file, source] of Object.entries(sources)) {
          const { entryPoints, problems } = parseManifest(source, `/dir/${file}`)
          expect(problems).toEqual([])
          expect(entryPoints.map(({ group, name: key, value }) => [group, key, value])).toEqual(
            rows.map(([key, value]) => ['my.group', key, value]),
          )
        }
      }),
    )
  })

  it.each([
    ['package.json', '{"name": "shop",}', { line: 1, column: 17 }],
    ['package.json', '[]', { line: 1, column: 1 }],
    ['pyproject.toml', '[project\nname = 1', { line: 1 }],
    ['setup.cfg', 'g = x', { line: 1, column: 1 }],
  ] as const)('%s that cannot be parsed (%j) is refused at its place', (name, source, where) => {
    let refused: unknown
    try {
      parseManifest(source, `/dir/${name}`)
    } catch (error) {
      refused = error
    }
    expect(isSlipwayError(refused)).toBe(true)
    expect(refused).toMatchObject({ where: { file: `/dir/${name}`, ...where } })
  })

  it('with the indentation lost has one problem for each group, which says what to indent', () => {
    const lines = ['[entry_points]', 'console_scripts =', 'shop-api = shop.cmd.api:main', 'shop-manage = shop.cmd:main']
    const source = text(...lines, 'wsgi_scripts =', 'shop-wsgi = shop.wsgi:init_app')
    const { entryPoints, problems } = parseManifest(source, '/dir/setup.cfg')
    expect(entryPoints).toEqual([])
    expect(problems.map((problem) => renderDiagnostic(problem, { cwd: '/dir' })).join('\n\n')).toMatchInlineSnapshot(`
      "error SLIPWAY_MANIFEST_ENTRY: group "console_scripts" is empty and the entries after it are not indented
        setup.cfg:3:1
        3 | shop-api = shop.cmd.api:main
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected blanks before "shop-api = shop.cmd.api:main"
        indent lines 3 to 4 by four blanks, so that they belong to "console_scripts ="
        see: slipway explain SLIPWAY_MANIFEST_ENTRY

      error SLIPWAY_MANIFEST_ENTRY: group "wsgi_scripts" is empty and the entries after it are not indented
        setup.cfg:6:1
        6 | shop-wsgi = shop.wsgi:init_app
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected blanks before "shop-wsgi = shop.wsgi:init_app"
        indent line 6 by four blanks, so that they belong to "wsgi_scripts ="
        see: slipway explain SLIPWAY_MANIFEST_ENTRY"
    `)
  })
})

const corpus = fileURLToPath(new URL('../../../shared/corpus', import.meta.url))
const isCorpusHere = existsSync(corpus)
const unlessHere = isCorpusHere ? '' : ' (not run: the corpus is not beside the project)'

describe.skipIf(!isCorpusHere)(`the corpus of real manifests${unlessHere}`, () => {
  interface Expected {
    file: string
    sections: Record<string, Record<string, string>>
    entry_points: Record<
      string,
      Record<string, { value: string; module: string; attr: string | null; extras: string[] }>
    >
  }
  const folder = join(corpus, 'expected')
  const records = isCorpusHere
    ? readdirSync(folder)
        .filter((name) => name.endsWith('setup.cfg.json'))
        .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf-8')) as Expected)
    : []

  it.each(records)('has the sections of $file as ConfigParser reads them', ({ file, sections }) => {
    const ini = parseConfigParser(readFileSync(join(corpus, file), 'utf-8'), file)
    const read = [...ini.sections.values()].map(({ name, options }) => [
      name,
      Object.fromEntries([...options.values()].map((option) => [option.name, option.value])),
    ])
    expect(Object.fromEntries(read)).toEqual(sections)
  })

  it.each(records)(
    'has the entry points of $file as pbr and setuptools read them',
    ({ file, entry_points: wanted }) => {
      const { entryPoints, problems } = readManifest(join(corpus, file))
      const groups: Expected['entry_points'] = {}
      for (const { group, name, value, reference } of entryPoints) {
        const { module = '', attr = null, extras = [] } = reference ?? {}
        const inGroup = (groups[group] ??= {})
        inGroup[name] = { value, module, attr, extras: [...extras] }
      }
      expect(groups).toEqual(wanted)
      expect(problems).toEqual([])
    },
  )

  it('tells the manifest without indentation what it lacks, once for each group', () => {
    const { entryPoints, problems } = readManifest(join(corpus, 'seeds/glance-setup-unindented.cfg'))
    expect(entryPoints).toEqual([])
    expect(problems).toMatchObject([
      { message: expect.stringContaining('"console_scripts"'), hint: expect.stringContaining('lines 3 to 12') },
      { message: expect.stringContaining('"wsgi_scripts"'), hint: expect.stringContaining('line 14') },
    ])
    expect(readManifest(join(corpus, 'seeds/glance-setup.cfg')).entryPoints).toHaveLength(11)
  })
})

it('reads the manifests of a folder together', () => {
  const { folder } = project({ 'setup.cfg': text('[metadata]', 'version = 2', '[entry_points]', 'g =', '    x = a:b') })
  expect(readDistribution(folder)).toMatchObject({
    name: 'shop',
    version: '2',
    entryPoints: [{ group: 'g', name: 'x' }],
  })
})
