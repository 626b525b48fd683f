// The watch of a project against a real file system. Each test waits for what is reported; what must not be reported is
// written before something that must.
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SourceWatch } from '../../../src/launch/dev/source-watch.ts'
import { until } from '../fixtures/running-service.ts'

let folder: string
let watch: SourceWatch
let seen: string[]
let faults: string[]

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'watch-')))
  seen = []
  faults = []
  watch = new SourceWatch({
    onChange: (files) => void seen.push(...files.map((file) => relative(folder, file))),
    onFault: (path) => void faults.push(path),
    quietMs: 20,
  })
})

afterEach(() => {
  watch.close()
  rmSync(folder, { recursive: true })
})

function put(name: string, text = 'x'): void {
  const file = join(folder, name)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, text)
}

/** As editors save: a new file takes the name of the old one. */
function replace(name: string): void {
  put(`${name}.new~`)
  renameSync(join(folder, `${name}.new~`), join(folder, name))
}

async function expectSeen(...names: readonly string[]): Promise<void> {
  await until(() => names.every((name) => seen.includes(name)), `${names.join(', ')} not among: ${seen.join(', ')}`)
  expect([...new Set(seen)].toSorted()).toEqual([...names].toSorted())
  seen = []
}

describe('a watched folder', () => {
  beforeEach(() => {
    put('project/app.mjs')
    put('project/lib/deep/code.js')
    put('project/node_modules/other/index.js')
    put('project/.git/hooks.js')
    watch.follow({ files: [], folders: [join(folder, 'project')] })
  })

  it('sees a file that is replaced by another, every time', async () => {
    for (let times = 0; times < 3; times++) {
      replace('project/lib/deep/code.js')
      await expectSeen('project/lib/deep/code.js')
    }
    put('project/lib/deep/code.js', 'y')
    await expectSeen('project/lib/deep/code.js')
  })

  it('leaves out installed packages, folders with a dot, and what is no source', async () => {
    for (const name of ['node_modules/other/index.js', '.git/hooks.js', 'data.json', 'app.log', '.app.mjs.swp']) {
      put(`project/${name}`, 'y')
    }
    put('project/app.mjs', 'y')
    await expectSeen('project/app.mjs')
  })

  it('follows into folders that are new, with what is in them already', async () => {
    put('project/fresh/deeper/one.js')
    await expectSeen('project/fresh/deeper/one.js')
    put('project/fresh/deeper/one.js', 'y')
    put('project/fresh/two.cjs')
    await expectSeen('project/fresh/deeper/one.js', 'project/fresh/two.cjs')
  })

  it('sees files that go, and folders that come back', async () => {
    rmSync(join(folder, 'project/lib/deep'), { recursive: true })
    await expectSeen('project/lib/deep/code.js')
    put('project/lib/deep/code.js')
    await expectSeen('project/lib/deep/code.js')
    replace('project/lib/deep/code.js')
    await expectSeen('project/lib/deep/code.js')
  })

  it('sees a folder that takes the place of one that goes in the same moment', async () => {
    rmSync(join(folder, 'project/lib'), { recursive: true })
    put('project/lib/deep/code.js')
    await expectSeen('project/lib/deep/code.js')
    put('project/lib/deep/code.js', 'y')
    await expectSeen('project/lib/deep/code.js')
    put('project/lib/other.js')
    await expectSeen('project/lib/other.js')
  })

  it('tells what comes together as one', async () => {
    const times: number[] = []
    watch.close()
    watch = new SourceWatch({
      onChange: (files) => void times.push(files.length),
      onFault: (path) => void faults.push(path),
      quietMs: 200,
    })
    watch.follow({ files: [], folders: [join(folder, 'project')] })
    for (let index = 0; index < 20; index++) put(`project/build/${index}.js`)
    await until(() => times.length > 0, 'nothing was seen')
    expect(times).toEqual([20])
  })
})

describe('a watched file', () => {
  it('is seen wherever it is, without its neighbours', async () => {
    put('etc/shop.conf')
    put('etc/other.conf')
    watch.follow({ files: [join(folder, 'etc/shop.conf')], folders: [] })
    put('etc/other.conf', 'y')
    replace('etc/shop.conf')
    await expectSeen('etc/shop.conf')
  })

  it('in a folder that is not there is a fault that is told', () => {
    watch.follow({ files: [join(folder, 'nowhere/shop.conf')], folders: [] })
    expect(faults).toEqual([join(folder, 'nowhere')])
  })
})
