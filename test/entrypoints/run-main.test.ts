// Console scripts as an operator meets them: real processes of the built package.
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { exitStatusOf } from '../../src/entrypoints/exit-status.ts'
import { cleanArgv0, isRunDirectly } from '../../src/entrypoints/run-main.ts'
import { modulesIn } from '../built-modules.ts'
import { projectFolder } from './project-folder.ts'

const dist = new URL('../../dist/', import.meta.url)
const runMain = new URL('entrypoints/run-main.js', dist).href
const errors = new URL('errors.js', dist).href

/** A script whose main is this text, run to its end. */
function run(main: string, ...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [scriptOf(main), ...argv], {
    encoding: 'utf-8',
    timeout: 45_000,
  })
  return { status, stdout, stderr }
}

function scriptOf(main: string): string {
  const source = [
    `import { runConsoleScript } from '${runMain}'`,
    `import { SlipwayError } from '${errors}'`,
    `import { createServer } from 'node:http'`,
    `await runConsoleScript(${main}, { name: 'shop-server' })`,
  ]
  return join(projectFolder({ 'script.mjs': source.join('\n') }), 'script.mjs')
}

/** Started and still running when its first line is out; the test ends it by its pid. */
async function start(main: string): Promise<ChildProcessWithoutNullStreams> {
  const child = spawn(process.execPath, [scriptOf(main)])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

describe('the answer of main', () => {
  it.each([
    [undefined, 0, null],
    [null, 0, null],
    [false, 0, null],
    [true, 1, null],
    [0, 0, null],
    [-0, 0, null],
    [255, 255, null],
    [256, 0, null],
    [-1, 255, null],
    [-257, 255, null],
    [300n, 44, null],
    [-1n, 255, null],
    [1.5, 1, '1.5'],
    [Number.NaN, 1, 'NaN'],
    ['', 1, ''],
    ['text', 1, 'text'],
    [[1], 1, '[1]'],
    [{ a: 1 }, 1, '{"a":1}'],
    [{ a: 1n }, 1, '{ a: 1n }'],
    [new Map([[1, 2]]), 1, 'Map(1) { 1 => 2 }'],
    [new Error('why'), 1, 'why'],
    [Symbol('x'), 1, 'Symbol(x)'],
  ])('%s is the status %i', (value, status, message) => {
    expect(exitStatusOf(value)).toEqual({ status, message })
  })

  it('is awaited', () => {
    expect(run('async () => 3')).toEqual({ status: 3, stdout: '', stderr: '' })
    expect(run('async () => "no such tenant"')).toEqual({ status: 1, stdout: '', stderr: 'no such tenant\n' })
  })

  it('leaves process.exitCode as main set it when main returns nothing', () => {
    expect(run('() => { process.exitCode = 5 }').status).toBe(5)
    expect(run('() => null').status).toBe(0)
  })
})

describe('main', () => {
  it('gets the arguments of the command', () => {
    expect(run('(argv) => { console.log(JSON.stringify(argv)) }', '--a', 'b c').stdout).toBe('["--a","b c"]\n')
  })

  it('sees the name of its command without the endings of wrappers', () => {
    const folder = projectFolder({})
    const script = join(folder, 'shop-script.py')
    symlinkSync(scriptOf('() => { console.log(process.argv[1]) }'), script)
    expect(spawnSync(process.execPath, [script], { encoding: 'utf-8', timeout: 45_000 }).stdout).toBe(
      `${join(folder, 'shop')}\n`,
    )
  })

  it.each([
    ['/usr/bin/shop', '/usr/bin/shop'],
    ['shop-script.py', 'shop'],
    ['shop-script.pyw', 'shop'],
    ['shop.exe', 'shop'],
    ['shop.py', 'shop.py'],
    ['shop-script.js', 'shop-script.js'],
    ['shop.exe/x', 'shop.exe/x'],
  ])('of the program %s is called %s', (argv0, name) => {
    expect(cleanArgv0(argv0)).toBe(name)
  })
})

describe('a script whose main has ended', () => {
  it('ends although handles are open, with all of its output', () => {
    const main = '() => { setInterval(() => {}, 1000); process.stdout.write("x".repeat(300000)); return 3 }'
    const { status, stdout } = run(main)
    expect({ status, length: stdout.length }).toEqual({ status: 3, length: 300_000 })
  })

  it('ends although an async main that returned nothing left a timer', () => {
    expect(run('async () => { setInterval(() => {}, 1000) }').status).toBe(0)
  })

  it('ends after a failure although handles are open', () => {
    expect(run('() => { setInterval(() => {}, 1000); throw new Error("no") }').status).toBe(1)
  })

  it.each([
    ['an async main that returned nothing left', 'async () => {'],
    ['a plain main left', '() => {'],
  ])('goes on with the server that %s', async (_, head) => {
    // It says that it is alive when a script without work would have been ended for half a second.
    const child = await start(
      `${head} const s = createServer(); s.listen(0, "127.0.0.1"); setTimeout(() => console.log("alive"), 1500) }`,
    )
    expect(child.exitCode).toBeNull()
    child.kill()
    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM'])
  })

  it('is told when it waits for something that can no longer come', () => {
    const { status, stderr } = run('() => new Promise(() => {})')
    expect(status).toBe(70)
    expect(stderr).toMatch(
      /^error SLIPWAY_SCRIPT_UNSETTLED: "shop-server" waits for something that can no longer come\n/u,
    )
  })

  it('takes a reader that has seen enough for no failure', async () => {
    const child = spawn(process.execPath, [
      scriptOf(
        'async () => { for (let i = 0; i < 200; i += 1) { console.log("y".repeat(1000)); await new Promise(setImmediate) } return 4 }',
      ),
    ])
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    await once(child.stdout, 'data')
    child.stdout.destroy()
    expect(await once(child, 'close')).toEqual([4, null])
    expect(stderr).toBe('')
  })
})

describe('what main throws', () => {
  it('is help that was asked for: printed, status 0', () => {
    const help = 'Object.assign(new Error("help"), { name: "HelpShown", output: "usage: shop-server", exitCode: 0 })'
    expect(run(`() => { throw ${help} }`)).toEqual({ status: 0, stdout: 'usage: shop-server\n', stderr: '' })
  })

  it('is a diagnostic in its frame, with the status of its code and without a stack', () => {
    const where = '{ file: process.cwd() + "/etc/shop.conf", line: 3, column: 1, text: "workers = many", length: 7 }'
    const { status, stdout, stderr } = run(
      `async () => { throw new SlipwayError('SLIPWAY_CONFIG_VALUE', '"workers" is no number', { where: ${where}, expected: 'a number' }) }`,
    )
    expect({ status, stdout }).toEqual({ status: 78, stdout: '' })
    expect(stderr).toMatchInlineSnapshot(`
      "error SLIPWAY_CONFIG_VALUE: "workers" is no number
        etc/shop.conf:3:1
        3 | workers = many
          | ^^^^^^^ expected a number
        see: slipway explain SLIPWAY_CONFIG_VALUE
      "
    `)
  })

  it('is shown in colours only to those who want them', () => {
    const script = scriptOf(`() => { throw new SlipwayError('SLIPWAY_USAGE', 'no') }`)
    const stderrWith = (env: Record<string, string>) =>
      spawnSync(process.execPath, [script], {
        encoding: 'utf-8',
        timeout: 45_000,
        env: { PATH: process.env.PATH ?? '', ...env },
      }).stderr
    expect(stderrWith({ FORCE_COLOR: '1' })).toContain('\u001B[31merror')
    expect(stderrWith({ NO_COLOR: '1' })).toMatch(/^error SLIPWAY_USAGE: no\n/u)
    expect(stderrWith({})).toMatch(/^error SLIPWAY_USAGE: no\n/u)
  })

  it('is an exception of the user: its stack without the frames of this package and of Node, status 1', () => {
    const { status, stderr } = run(
      'async function serve() { throw new RangeError("too many", { cause: new Error("deep") }) }',
    )
    expect(status).toBe(1)
    expect(stderr).toMatch(/^RangeError: too many\n\s+at serve \(file:.*script\.mjs/u)
    expect(stderr).toContain('[cause]: Error: deep')
    expect(stderr).not.toContain('/dist/entrypoints/')
    expect(stderr).not.toContain('node:internal')
  })

  it('is an exception of the user below a diagnostic: both are shown', () => {
    const { status, stderr } = run(
      `function build() { throw new SlipwayError('SLIPWAY_PASTE_FACTORY_THREW', 'the factory threw', { cause: new Error('no database') }) }`,
    )
    expect(status).toBe(70)
    expect(stderr).toMatch(
      /^error SLIPWAY_PASTE_FACTORY_THREW: the factory threw\n[^]*\n\nError: no database\n\s+at build /u,
    )
  })

  it('may be no error at all', () => {
    expect(run('() => { throw "no" }')).toMatchObject({ status: 1, stderr: "'no'\n" })
  })
})

describe('the target of a generated script', () => {
  const target = (reference: string, source: string | null) => {
    const folder = projectFolder(source === null ? {} : { 'm.mjs': source })
    const script = `import { runConsoleScript, scriptTarget } from '${runMain}'
      await runConsoleScript(scriptTarget('${reference}', import.meta.resolve('./m.mjs')))`
    writeFileSync(join(folder, 'script.mjs'), script)
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'script.mjs'), 'a'], {
      encoding: 'utf-8',
      timeout: 45_000,
    })
    return { status, stderr: stderr.replaceAll(folder, '.') }
  }

  it.each([
    ['m:main', 'export const main = ([word]) => word === "a" ? 4 : 5'],
    ['m:run_it', 'export const runIt = () => 4'],
    ['m:App.main', 'export class App { static status = 4; static main() { return this.status } }'],
    ['m:main', 'export default { main: () => 4 }'],
    ['m:main', 'export const main = () => { setTimeout(() => { process.exitCode = 4 }, 1500) }'],
  ])('%s is found in "%s" and called', (reference, source) => {
    expect(target(reference, source)).toEqual({ status: 4, stderr: '' })
  })

  it.each([
    ['m:main', null, 78, 'cannot find module "m"\n  ./m.mjs is not there\n  build the project'],
    ['m:main', 'export const mian = 1', 78, 'module "m" has no "main"'],
    ['m:main', 'export const main = 1', 78, '"m:main" is no function'],
    ['m:main', 'import "not-here"', 70, 'module "m" is there, but what it imports is not: "not-here"'],
    ['m:main', 'const a = ;', 70, 'module "m" does not parse: Unexpected token \';\'\n  ./m.mjs:1:11'],
    ['m:main', 'throw new Error("early")', 70, 'module "m" threw while it loaded: Error: early'],
  ])('%s in "%s" ends with a diagnostic', (reference, source, status, message) => {
    const ended = target(reference, source)
    expect(ended.status).toBe(status)
    expect(ended.stderr).toMatch(/^error SLIPWAY_REFERENCE_/u)
    expect(ended.stderr).toContain(message)
  })

  it('shows the stack of a module that threw', () => {
    expect(target('m:main', 'throw new Error("early")').stderr).toMatch(/\n\nError: early\n\s+at file:.*m\.mjs:1:7\n/u)
  })
})

it('a module is run directly also through a link and without its ending', () => {
  const folder = projectFolder({ 'real.js': '' })
  const file = join(folder, 'real.js')
  symlinkSync(file, join(folder, 'link'))
  const before = process.argv[1]
  onTestFinished(() => {
    if (before !== undefined) process.argv[1] = before
  })
  const startedAs = (path: string) => {
    process.argv[1] = path
    return isRunDirectly(new URL(`file://${file}`).href)
  }
  expect([file, join(folder, 'link'), join(folder, 'real')].map(startedAs)).toEqual([true, true, true])
  expect([fileURLToPath(import.meta.url), join(folder, 'other')].map(startedAs)).toEqual([false, false])
})

it('a start loads neither the parsers of manifests nor what only failures need', () => {
  const loaded = `import { register } from 'node:module'
    register('data:text/javascript,' + encodeURIComponent(
      'export async function load(url, context, next) { if (!url.startsWith("node:")) console.log(url); return next(url, context) }'))
    await import('${runMain}')`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', loaded], {
    encoding: 'utf-8',
    timeout: 45_000,
  })
  expect(modulesIn(stdout.trim().split('\n'))).toEqual([
    'entrypoints/attribute',
    'entrypoints/compile-cache',
    'entrypoints/exit-status',
    'entrypoints/run-main',
    'errors',
  ])
})
