// The walk of the README, as somebody types it in a checkout; all but the command that serves until it is ended.
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'

const checkout = fileURLToPath(new URL('../../', import.meta.url))

/** What stands indented below a heading, prompts taken away. */
function commandsBelow(heading: string): string[] {
  const readme = readFileSync(join(checkout, 'README.md'), 'utf-8')
  const section = readme.split(`## ${heading}`)[1]?.split('\n## ')[0] ?? ''
  const lines = section.split('\n').filter((line) => line.startsWith('    ') || line === '')
  return lines.map((line) => line.slice(4).replace(/^\$ /u, ''))
}

it('a filter of your own is written, seen in the graph and met by a request', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-readme-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const name of ['etc', 'package.json', 'setup.cfg']) {
    cpSync(join(checkout, name), join(folder, name), { recursive: true })
  }
  for (const name of ['bin', 'dist', 'node_modules']) symlinkSync(join(checkout, name), join(folder, name))
  const commands = commandsBelow('Five minutes: a filter of your own')
  const typed = commands.filter((line) => !/^slipway |js serve /u.test(line)).join('\n')
  const { stdout } = await promisify(execFile)('bash', ['-e', '-c', typed], { cwd: folder })
  expect(stdout).toContain('stamp > request_id > catch_errors')
  expect(stdout).toContain('200 OK\n')
  expect(stdout).toContain('x-stamp: hello from the slipway\n')
})
