// A throw-away project on disk, written from a table of paths and texts.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Distribution, forgetDistributions, readDistribution } from '../../src/entrypoints/distribution.ts'

/** The real path of a new folder with these files; gone when the test has finished. */
export function projectFolder(files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'slipway-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  return folder
}

export function project(files: Readonly<Record<string, string>>): Distribution {
  forgetDistributions()
  return readDistribution(projectFolder({ 'package.json': '{"name":"shop","type":"module"}', ...files }))
}
