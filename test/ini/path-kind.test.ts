import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { isFile, isFolder, statsOf } from '../../src/ini/path-kind.ts'

it('what cannot be looked at is nothing, and no error', () => {
  const folder = mkdtempSync(join(tmpdir(), 'path-kind-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'file'), '')
  symlinkSync('circle', join(folder, 'circle'))
  expect([isFolder(folder), isFile(folder)]).toEqual([true, false])
  expect([isFolder(join(folder, 'file')), isFile(join(folder, 'file'))]).toEqual([false, true])
  for (const path of ['missing', 'file/below', 'circle', 'x'.repeat(5000)].map((name) => join(folder, name))) {
    expect([isFolder(path), isFile(path), statsOf(path)]).toEqual([false, false, null])
  }
})
