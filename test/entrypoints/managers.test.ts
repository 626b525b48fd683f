import { beforeEach, describe, expect, it, vi } from 'vitest'
import { errorOnConflict, preferNearest } from '../../src/entrypoints/conflicts.ts'
import { DriverManager, HookManager } from '../../src/entrypoints/driver-manager.ts'
import { drivers } from '../../src/entrypoints/drivers.ts'
import type { LoadFailure, ManagerOptions } from '../../src/entrypoints/manager.ts'
import {
  DispatchExtensionManager,
  EnabledExtensionManager,
  ExtensionManager,
  NameDispatchExtensionManager,
  NamedExtensionManager,
} from '../../src/entrypoints/managers.ts'
import { projectFolder as projectOfProcess, setProjectFolder } from '../../src/entrypoints/project-folder.ts'
import { faultOf, rejectionOf } from '../fault.ts'
import { projectFolder } from './project-folder.ts'

interface Driver {
  readonly size: number
  describe(word: string): string
}

const source = `
export class Disk {
  constructor(size = 0) { this.size = size }
  describe(word) { if (word === 'bad') throw new RangeError('too bad'); return word + ' disk ' + this.size }
}
export const tape = async (size = 0) => ({ size, describe: (word) => word + ' tape ' + size })
export const nothing = () => 0
export class Broken { constructor() { throw new TypeError('no such disk') } }
export const plain = { size: 1 }
`

const packageOf = (name: string, entries: Record<string, string>) => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({ name, type: 'module', entryPoints: { drivers: entries } }),
  [`node_modules/${name}/drivers.js`]: source,
})

/** A project whose packages offer these entries; each gives the options to find them. */
function shop(packages: Readonly<Record<string, Record<string, string>>>) {
  const files = Object.entries(packages).map(([name, entries]) => packageOf(name, entries))
  const from = projectFolder(Object.assign({ 'package.json': '{"name": "shop"}' }, ...files) as Record<string, string>)
  const told: string[] = []
  const tell = (level: string) => (message: string) => void told.push(`${level}: ${message.replaceAll(from, '')}`)
  const log = { error: tell('error'), warn: tell('warn'), debug: tell('debug') }
  return { from, told, options: { from, log } satisfies ManagerOptions }
}

const disk = './drivers.js:Disk'
const tape = './drivers.js:tape'
const missing = './drivers.js:Missing'

beforeEach(() => {
  vi.stubEnv('SLIPWAY_NO_INDEX', '1')
  return () => vi.unstubAllEnvs()
})

describe('an ExtensionManager', () => {
  it('loads all plugins of its group, in the order of packages and entries', async () => {
    const { options, told } = shop({ one: { disk, plain: './drivers.js:plain' }, two: { tape } })
    const manager = await ExtensionManager.load<Driver>('drivers', options)
    expect(manager.names()).toEqual(['disk', 'plain', 'tape'])
    expect(manager.items().map(([name, { obj, attr }]) => [name, obj, attr])).toEqual([
      ['disk', null, 'Disk'],
      ['plain', null, 'plain'],
      ['tape', null, 'tape'],
    ])
    expect(manager.get('plain').plugin).toEqual({ size: 1 })
    expect([...manager].map(({ moduleName }) => moduleName)).toEqual(Array(3).fill('./drivers.js'))
    expect(manager.entryPoints()[2]?.distribution).toMatchObject({ name: 'two', version: null })
    expect(told).toEqual([])
  })

  it('constructs classes and awaits functions, when plugins are to be called', async () => {
    const { options } = shop({ one: { disk, tape } })
    const manager = await ExtensionManager.load<Driver>('drivers', { ...options, invokeOnLoad: true, invokeArgs: [5] })
    expect(await manager.map(({ name, driver }, word) => `${name}: ${driver.describe(word)}`, 'a')).toEqual([
      'disk: a disk 5',
      'tape: a tape 5',
    ])
    expect(await manager.mapMethod('describe', 'the')).toEqual(['the disk 5', 'the tape 5'])
  })

  it('leaves out what cannot be loaded, and tells it with its package and both places', async () => {
    const { options, told } = shop({ one: { disk, missing }, two: { broken: './drivers.js:Broken', bad: 'a-b' } })
    const manager = await ExtensionManager.load('drivers', { ...options, invokeOnLoad: true })
    expect(manager.names()).toEqual(['disk'])
    expect(manager.failures.map(({ entryPoint }) => entryPoint.name)).toEqual(['missing', 'broken', 'bad'])
    expect(told).toEqual([
      'error: could not load plugin "missing" of "drivers" in package "one" (/node_modules/one/package.json:1:85): ' +
        'module "./drivers.js" has no "Missing", at /node_modules/one/package.json:1:108',
      'error: could not load plugin "broken" of "drivers" in package "two" (/node_modules/two/package.json:1:58): ' +
        'threw when it was called: TypeError: no such disk, at /node_modules/two/drivers.js:8:45',
      'error: could not load plugin "bad" of "drivers" in package "two" (/node_modules/two/package.json:1:89): ' +
        '"a-b" is no reference, at /node_modules/two/package.json:1:95',
    ])
    expect(faultOf(() => manager.get('missing'))).toMatchObject({
      code: 'SLIPWAY_PLUGIN_MISSING',
      message: 'plugin "missing" of "drivers" could not be loaded',
      cause: { code: 'SLIPWAY_REFERENCE_ATTRIBUTE' },
    })
  })

  it('gives failures to a callback in place of telling them, and what that throws ends the loading', async () => {
    const { options, told } = shop({ one: { missing, disk } })
    const failures: LoadFailure[] = []
    const onLoadFailureCallback = (failure: LoadFailure) => void failures.push(failure)
    const manager = await ExtensionManager.load('drivers', { ...options, onLoadFailureCallback })
    expect(manager.names()).toEqual(['disk'])
    expect(failures).toMatchObject([
      { entryPoint: { name: 'missing' }, error: { code: 'SLIPWAY_REFERENCE_ATTRIBUTE' } },
    ])
    expect(told).toEqual([])
    const ends = ExtensionManager.load('drivers', {
      ...options,
      onLoadFailureCallback: ({ error }) => {
        throw error
      },
    })
    await expect(ends).rejects.toMatchObject({ code: 'SLIPWAY_REFERENCE_ATTRIBUTE' })
  })

  it('lets failed assertions of plugins through', async () => {
    const { options } = shop({ one: { disk } })
    const { from } = shop({ one: { bad: './bad.js:bad' } })
    const { writeFileSync } = await import('node:fs')
    writeFileSync(
      `${from}/node_modules/one/bad.js`,
      "import assert from 'node:assert'; export const bad = 1; assert(!bad)",
    )
    await expect(ExtensionManager.load('drivers', { ...options, from })).rejects.toThrow(/AssertionError|falsy|assert/u)
  })

  it('leaves the answers of functions that throw out of a map, or lets the exception through', async () => {
    const { options, told } = shop({ one: { disk, tape } })
    const invoked = { ...options, invokeOnLoad: true }
    const manager = await ExtensionManager.load<Driver>('drivers', invoked)
    expect(await manager.mapMethod('describe', 'bad')).toEqual(['bad tape 0'])
    expect(told).toEqual([
      'error: calling plugin "disk" of "drivers" in package "one" (/node_modules/one/package.json:1:58): ' +
        'RangeError: too bad, at /node_modules/one/drivers.js:4:46',
    ])
    const strict = await ExtensionManager.load<Driver>('drivers', { ...invoked, propagateMapExceptions: true })
    await expect(strict.mapMethod('describe', 'bad')).rejects.toThrow(new RangeError('too bad'))
  })

  it('has nothing to map when there are no plugins', async () => {
    const { options } = shop({})
    const manager = await ExtensionManager.load('drivers', options)
    await expect(manager.map(() => 1)).rejects.toMatchObject({
      code: 'SLIPWAY_PLUGIN_MISSING',
      original: 'No drivers extensions found',
    })
  })

  it('tells by warnings of the process when it has no log', async () => {
    const { from } = shop({ one: { missing } })
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue()
    await ExtensionManager.load('drivers', { from })
    expect(warned.mock.calls).toEqual([[expect.stringMatching(/^could not load plugin "missing"/u), 'PluginError']])
    warned.mockRestore()
  })
})

describe('a name that two plugins have', () => {
  const packages = { a: { disk, x: disk, y: tape }, b: { other: tape }, c: { disk: tape } }

  it('is told with both places, wherever they stand, and means the last one', async () => {
    const { options, told } = shop(packages)
    const manager = await ExtensionManager.load('drivers', options)
    expect(told).toEqual([
      'warn: plugin "disk" of "drivers" is offered by "a" (/node_modules/a/package.json:1:56), ' +
        '"c" (/node_modules/c/package.json:1:56): that of "c" (/node_modules/c/package.json:1:56) is taken',
    ])
    expect(manager.get('disk').attr).toBe('tape')
    expect(manager.names()).toEqual(['disk', 'x', 'y', 'other', 'disk'])
    expect(manager.items().map(([name, { attr }]) => [name, attr])).toEqual([
      ['disk', 'tape'],
      ['x', 'Disk'],
      ['y', 'tape'],
      ['other', 'tape'],
    ])
  })

  it('means what the resolver chooses', async () => {
    const { options } = shop(packages)
    const nearest = await ExtensionManager.load('drivers', { ...options, conflictResolver: preferNearest })
    expect(nearest.get('disk').attr).toBe('Disk')
    const refused = ExtensionManager.load('drivers', { ...options, conflictResolver: errorOnConflict })
    await expect(refused).rejects.toMatchObject({
      code: 'SLIPWAY_PLUGIN_CONFLICT',
      original: `Multiple 'drivers' drivers found: ${disk},${tape}`,
    })
  })
})

describe('a NamedExtensionManager', () => {
  const packages = { one: { disk, tape, missing } }

  it('imports the named alone, in the order found or in that of the names', async () => {
    const { options, told } = shop(packages)
    const found = await NamedExtensionManager.load('drivers', ['tape', 'disk'], options)
    expect(found.names()).toEqual(['disk', 'tape'])
    const ordered = await NamedExtensionManager.load('drivers', ['tape', 'disk'], { ...options, nameOrder: true })
    expect(ordered.names()).toEqual(['tape', 'disk'])
    expect(told).toEqual([])
  })

  it('tells which names are missing or did not load, to a callback if there is one', async () => {
    const { options, told } = shop(packages)
    const names = ['none', 'missing', 'disk']
    const onLoadFailureCallback = () => undefined
    const quiet = { ...options, onLoadFailureCallback, nameOrder: true }
    expect((await NamedExtensionManager.load('drivers', names, quiet)).names()).toEqual(['disk'])
    expect(told).toEqual(['warn: plugins of "drivers" that were asked for are not there: none, missing'])
    await NamedExtensionManager.load('drivers', names, { ...quiet, warnOnMissingEntrypoint: false })
    const onMissingEntrypointsCallback = vi.fn()
    await NamedExtensionManager.load('drivers', names, { ...quiet, onMissingEntrypointsCallback })
    expect(onMissingEntrypointsCallback.mock.calls).toEqual([[new Set(['none', 'missing'])]])
    expect(told).toHaveLength(1)
  })
})

describe('managers that choose', () => {
  const load = { invokeOnLoad: true, invokeArgs: [3] }
  const packages = { one: { disk, tape } }

  it('keep what a check lets pass when it is loaded and called', async () => {
    const { options } = shop(packages)
    const manager = await EnabledExtensionManager.load<Driver>(
      'drivers',
      ({ name, obj }) => name === 'tape' && obj?.size === 3,
      { ...options, ...load },
    )
    expect(manager.names()).toEqual(['tape'])
    expect(await manager.mapMethod('describe', 'a')).toEqual(['a tape 3'])
  })

  it('choose at each call by a filter', async () => {
    const { options } = shop(packages)
    const manager = await DispatchExtensionManager.load<Driver>('drivers', () => true, { ...options, ...load })
    const isNamed = ({ name }: { name: string }, word: unknown) => name === word
    expect(await manager.map(isNamed, ({ driver }, word) => driver.describe(word), 'tape')).toEqual(['tape tape 3'])
    expect(await manager.mapMethod(isNamed, 'describe', 'disk')).toEqual(['disk disk 3'])
    const none = await DispatchExtensionManager.load('none', () => true, options)
    await expect(none.map(isNamed, () => 1, 'x')).rejects.toMatchObject({ code: 'SLIPWAY_PLUGIN_MISSING' })
  })

  it('choose at each call by names, and leave out those that are not there', async () => {
    const { options, told } = shop(packages)
    const manager = await NameDispatchExtensionManager.load<Driver>('drivers', () => true, { ...options, ...load })
    expect(await manager.map(['tape', 'none', 'disk'], ({ name }) => name)).toEqual(['tape', 'disk'])
    expect(await manager.mapMethod(['disk'], 'describe', 'a')).toEqual(['a disk 3'])
    expect(told).toEqual(['debug: there is no plugin "none" of "drivers": left out'])
    expect(await (await NameDispatchExtensionManager.load('none', () => true, options)).map(['x'], () => 1)).toEqual([])
  })
})

describe('a DriverManager', () => {
  it('gives the one driver of a name, also one that is falsy', async () => {
    const { options } = shop({ one: { disk, zero: './drivers.js:nothing' } })
    const invoked = { ...options, invokeOnLoad: true, invokeArgs: [7] }
    const manager = await DriverManager.load<Driver>('drivers', 'disk', invoked)
    expect(manager.driver.describe('a')).toBe('a disk 7')
    expect(await manager.call(({ driver }, word) => driver.describe(word), 'the')).toBe('the disk 7')
    expect(await manager.call(({ driver }) => driver.describe('bad'))).toBeUndefined()
    expect((await DriverManager.load('drivers', 'zero', invoked)).driver).toBe(0)
  })

  it('says which names there are when there is none', async () => {
    const { options } = shop({ one: { disk, tape } })
    const onMissingEntrypointsCallback = vi.fn()
    const error = await rejectionOf(DriverManager.load('drivers', 'dsk', { ...options, onMissingEntrypointsCallback }))
    expect(error).toMatchObject({
      code: 'SLIPWAY_PLUGIN_MISSING',
      message: 'there is no plugin "dsk" of "drivers"',
      found: 'there are disk, tape',
      alternatives: ['disk'],
      hint: 'see: slipway list --all --group drivers',
      original: "No 'drivers' driver found, looking for 'dsk'",
    })
    expect(onMissingEntrypointsCallback).toHaveBeenCalledWith(new Set(['dsk']))
  })

  it('throws why the driver cannot be loaded, unless a callback takes it', async () => {
    const { options } = shop({ one: { missing, broken: './drivers.js:Broken', plain: './drivers.js:plain' } })
    const load = (name: string, more: ManagerOptions = {}) =>
      rejectionOf(DriverManager.load('drivers', name, { ...options, invokeOnLoad: true, ...more }))
    expect(await load('missing')).toMatchObject({ code: 'SLIPWAY_REFERENCE_ATTRIBUTE' })
    expect(await load('plain')).toMatchObject({ code: 'SLIPWAY_REFERENCE_NOT_CALLABLE' })
    expect(await load('broken')).toMatchObject({
      code: 'SLIPWAY_PLUGIN_THREW',
      where: { file: `${options.from}/node_modules/one/drivers.js`, line: 8 },
      cause: new TypeError('no such disk'),
    })
    expect(await load('broken', { onLoadFailureCallback: () => undefined })).toMatchObject({
      code: 'SLIPWAY_PLUGIN_MISSING',
      cause: { code: 'SLIPWAY_PLUGIN_THREW' },
    })
  })

  it('refuses two of a name before it loads one, unless somebody chooses', async () => {
    const { options, told } = shop({ one: { disk: './boom.js:boom' }, two: { disk } })
    const error = await rejectionOf(DriverManager.load('drivers', 'disk', options))
    expect(error).toMatchObject({ code: 'SLIPWAY_PLUGIN_CONFLICT', where: { line: 1 } })
    expect(error.found).toMatch(/^"one" \(.*one\/package\.json:1:\d+\) and "two" \(.*two\/package\.json:1:\d+\)$/u)
    const chosen = await DriverManager.load('drivers', 'disk', {
      ...options,
      conflictResolver: ({ entryPoints: [, second] }) => {
        if (!second) throw new Error('one alone is no conflict')
        return second
      },
    })
    expect(chosen.extension.entryPoint.distribution.name).toBe('two')
    expect(told).toEqual([])
  })
})

describe('a HookManager', () => {
  it('has every plugin of its name, and nobody is told that there are several', async () => {
    const { options, told } = shop({ one: { hook: disk, other: './boom.js:boom' }, two: { hook: tape } })
    const manager = await HookManager.load<Driver>('drivers', 'hook', { ...options, invokeOnLoad: true })
    expect(await manager.mapMethod('describe', 'a')).toEqual(['a disk 0', 'a tape 0'])
    expect(told).toEqual([])
  })

  it('may have none', async () => {
    const { options, told } = shop({})
    const manager = await HookManager.load('drivers', 'hook', options)
    expect(await manager.map(() => 1)).toEqual([])
    expect(told).toEqual([])
  })
})

describe('drivers of a group', () => {
  it('are made by name, with their arguments', async () => {
    const { from } = shop({ one: { disk, tape }, two: { disk: tape, last: tape } })
    const group = drivers<Driver, [size: number]>('drivers', { from, conflictResolver: preferNearest, log: console })
    const warned = vi.spyOn(console, 'warn').mockReturnValue()
    expect(await group.names()).toEqual(['disk', 'tape', 'last'])
    expect((await group.load('disk', 9)).describe('a')).toBe('a disk 9')
    expect((await group.load('tape', 4)).size).toBe(4)
    expect(warned).toHaveBeenCalledOnce()
    await expect(drivers('drivers', { from }).load('disk')).rejects.toMatchObject({ code: 'SLIPWAY_PLUGIN_CONFLICT' })
    warned.mockRestore()
  })

  it('are those of the project that the process runs', async () => {
    const { from } = shop({ one: { disk } })
    const before = projectOfProcess()
    setProjectFolder(from)
    expect(await drivers('drivers').names()).toEqual(['disk'])
    setProjectFolder(before)
  })
})
