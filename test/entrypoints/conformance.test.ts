// The recorded answers of setuptools, importlib_metadata, pbr and pip, and the cases in which this
// package departs from them on purpose.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { EntryPoint, Manifest } from '../../src/entrypoints/entry-point.ts'
import { exitStatusOf } from '../../src/entrypoints/exit-status.ts'
import { parseManifest } from '../../src/entrypoints/manifest.ts'
import { parseReference } from '../../src/entrypoints/reference.ts'
import { cleanArgv0 } from '../../src/entrypoints/run-main.ts'
import { describeScript } from '../../src/entrypoints/scripts.ts'
import { type Diagnostic, isSlipwayError } from '../../src/errors.ts'
import { faultOf } from '../fault.ts'

interface PythonError {
  error: { type: string; message: string }
}
interface Parts {
  module: string
  attr: string | null
  extras: string[]
}
type Groups = Record<string, Record<string, string>>

interface Case {
  name: string
  kind: string
  entry: string
  value: string
  group: string
  text: string
  main: string
  argv0: string
  expect: Record<string, unknown>
}

/** Where this package does otherwise than the original, and why. */
const departures: Record<string, string> = {
  'ref-slash': 'a module with a slash is a Node specifier here',
  'txt-duplicate-name': 'both entries stay, as in the newer reader, and a problem says so, as in the older',
}

const file = fileURLToPath(new URL('../conformance/entrypoints-cases.json', import.meta.url))
const { cases } = JSON.parse(readFileSync(file, 'utf-8')) as { cases: Case[] }
const casesOf = (kind: string) => cases.filter((one) => one.kind === kind && departures[one.name] === undefined)

const isError = (answer: unknown): answer is PythonError =>
  typeof answer === 'object' && answer !== null && 'error' in answer

function partsOf({ reference }: Pick<EntryPoint, 'reference'>): Parts | null {
  return reference && { module: reference.module, attr: reference.attr, extras: [...reference.extras] }
}

function groupsOf({ entryPoints }: Manifest): Groups {
  const groups: Groups = {}
  for (const { group, name, value } of entryPoints) (groups[group] ??= {})[name] = value
  return groups
}

/** The errors of a manifest that parses, or the report of one that does not. */
function problemsOf(text: string, name: string): readonly Diagnostic[] {
  try {
    return parseManifest(text, `/dir/${name}`).problems
  } catch (error) {
    if (isSlipwayError(error)) return error.problems
    throw error
  }
}

function expectRefused(text: string, name: string): void {
  const errors = problemsOf(text, name).filter(({ severity }) => severity === 'error')
  expect(errors.length).toBeGreaterThan(0)
  for (const { where } of errors) {
    expect(where?.file).toBe(`/dir/${name}`)
    expect(where?.line).toBeGreaterThan(0)
    expect(where?.column).toBeGreaterThan(0)
  }
}

describe('the recorded references', () => {
  it.each(casesOf('reference'))('reads $name as importlib_metadata does', ({ value, expect: { modern } }) => {
    if (isError(modern)) expect(faultOf(() => parseReference(value)).original).toBe(modern.error.message)
    else expect(partsOf({ reference: parseReference(value) })).toEqual(modern)
  })

  it('reads a module with a slash as a Node specifier', () => {
    expect(partsOf({ reference: parseReference('pkg/mod:func') })).toEqual({
      module: 'pkg/mod',
      attr: 'func',
      extras: [],
    })
  })
})

describe('the recorded entry_points.txt', () => {
  it.each(casesOf('entry_points_txt'))('reads $name as importlib_metadata does', ({ text, expect: { modern } }) => {
    if (isError(modern)) return expectRefused(text, 'entry_points.txt')
    const { entryPoints, problems } = parseManifest(text, '/dir/entry_points.txt')
    expect(entryPoints.map((entry) => ({ group: entry.group, name: entry.name, ...partsOf(entry) }))).toEqual(modern)
    expect(problems).toEqual([])
  })

  it('keeps both entries of one name and says so', () => {
    const { entryPoints, problems } = parseManifest('[g]\nx = a:b\nx = c:d\n', '/dir/entry_points.txt')
    expect(entryPoints.map(({ value }) => value)).toEqual(['a:b', 'c:d'])
    expect(problems).toMatchObject([{ code: 'SLIPWAY_MANIFEST_DUPLICATE', severity: 'warning', where: { line: 3 } }])
  })
})

describe('the recorded setup.cfg', () => {
  const readers = [
    { reader: 'setuptools', other: '[entry_points]' },
    { reader: 'pbr', other: '[options.entry_points]' },
  ]
  const rows = casesOf('setup_cfg').flatMap((one) => readers.map((reader) => ({ ...one, ...reader })))

  it.each(rows)('reads $name as $reader does', ({ text, expect: answers, reader, other }) => {
    const answer = answers[reader]
    // Each original ignores the other's section; here one reading has both.
    const seen = text.replaceAll(other, '[nobody]')
    if (!isError(answer)) return expect(groupsOf(parseManifest(seen, '/dir/setup.cfg'))).toEqual(answer)
    if (answer.error.type === 'DuplicateOptionError') return expectRefused(text, 'setup.cfg')
    return expectRefused(seen, 'setup.cfg')
  })
})

describe('the recorded pyproject.toml', () => {
  it.each(casesOf('pyproject'))('reads $name as setuptools does', ({ text, expect: { setuptools } }) => {
    if (isError(setuptools)) return expectRefused(text, 'pyproject.toml')
    const manifest = parseManifest(text, '/dir/pyproject.toml')
    expect(groupsOf(manifest)).toEqual(setuptools)
    return expect(manifest.problems).toEqual([])
  })
})

describe('the recorded start scripts', () => {
  it.each(casesOf('script'))('makes $name as pbr does', ({ entry, value, group, expect: answer }) => {
    const manifest = parseManifest(
      JSON.stringify({ entryPoints: { [group]: { [entry]: value } } }),
      '/dir/package.json',
    )
    const [entryPoint] = manifest.entryPoints
    if (!entryPoint) throw new Error('no entry point')
    if (isError(answer)) {
      const error = faultOf(() => describeScript(entryPoint))
      expect(error).toMatchObject({ code: 'SLIPWAY_MANIFEST_SCRIPT', original: answer.error.message })
      expect(error.where?.line).toBe(1)
      return
    }
    const script = describeScript(entryPoint)
    expect({
      imports: [script.module, script.importName],
      calls: script.calls,
      has_application_global: script.isWsgi,
      has_test_server: script.isWsgi,
    }).toEqual(answer)
  })
})

describe('the recorded exit statuses', () => {
  const returned: Record<string, unknown> = { True: true, False: false, None: null, "'text'": 'text', "''": '' }

  it.each(casesOf('exit_status').filter(({ main }) => main.startsWith('return')))(
    'gives "$main" the status of sys.exit',
    ({ main, expect: answer }) => {
      const python = main.replace(/^return ?/u, '') || 'None'
      const value: unknown = Object.hasOwn(returned, python) ? returned[python] : JSON.parse(python)
      const { status, message } = exitStatusOf(value)
      expect({ status, stderr: message === null ? '' : `${message}\n` }).toEqual(answer)
    },
  )

  it.each(casesOf('exit_status').filter(({ main }) => main.startsWith('raise')))(
    'ends with the status of "$main"',
    ({ main, expect: answer }) => {
      const javascript = main === 'raise SystemExit' ? 'process.exit()' : "throw new Error('bad')"
      const runMain = new URL('../../dist/entrypoints/run-main.js', import.meta.url).href
      const source = `import { runConsoleScript } from '${runMain}'\nawait runConsoleScript(() => { ${javascript} })`
      const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', source], {
        encoding: 'utf-8',
        timeout: 45_000,
      })
      expect(status).toBe(answer.status)
      if (answer.stderr === '') expect(stderr).toBe('')
      else expect(stderr).toMatch(/^Error: bad\n\s+at /u)
    },
  )
})

describe('the recorded clean-up of argv[0]', () => {
  it.each(casesOf('argv0'))('cleans $argv0 as setuptools does', ({ argv0, expect: { setuptools } }) => {
    expect(cleanArgv0(argv0)).toBe(setuptools)
  })
})

it('departs from recorded cases only where the table says so', () => {
  const kinds = ['reference', 'entry_points_txt', 'setup_cfg', 'pyproject', 'script', 'exit_status', 'argv0']
  expect(new Set(cases.map(({ kind }) => kind))).toEqual(new Set(kinds))
  for (const name of Object.keys(departures)) expect(cases.map((one) => one.name)).toContain(name)
})
