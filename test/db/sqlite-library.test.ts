// Which SQLite a process has: one, however often and from wherever it is asked for.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('is the same for every database that a process opens', () => {
  const script = `
    const loads = []
    for (const file of ['db/index.js', 'db/index.js?again']) {
      const { openDatabase } = await import('./dist/' + file)
      for (const _ of [1, 2]) await (await openDatabase({ ...JSON.parse(process.argv[1]) })).close()
      loads.push(await globalThis[Symbol.for('slipway.sqlite')])
    }
    console.log(loads[0] !== undefined && loads[0] === loads[1])`
  const settings = { connection: 'sqlite://', connection_parameters: '', max_retries: 0, pool_timeout: null }
  const args = ['--input-type=module', '--eval', script, JSON.stringify(settings)]
  const cwd = join(import.meta.dirname, '../..')
  expect(execFileSync(process.execPath, args, { cwd, encoding: 'utf-8' })).toBe('true\n')
})
