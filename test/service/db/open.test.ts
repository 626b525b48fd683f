// The database of the service as a worker opens it.
import { describe, expect, it, onTestFinished } from 'vitest'
import { readConfig } from '../../../src/config/index.ts'
import { openServiceDatabase } from '../../../src/service/db/open.ts'
import { groups } from '../../../src/service/opts.ts'

/** What is warned of when a service with these workers opens this database. */
async function warned(workers: number, connection: string): Promise<string[]> {
  const env = {
    OS_DEFAULT__WORKERS: String(workers),
    OS_DATABASE__CONNECTION: connection,
    OS_DATABASE__AUTO_UPGRADE: '1',
  }
  const config = readConfig({ groups, argv: [], prog: 'service-server', env, defaultFiles: [], defaultFolders: [] })
  const warnings: string[] = []
  const log = { warn: (text: string) => void warnings.push(text), info: () => undefined }
  const database = await openServiceDatabase(config, log)
  onTestFinished(() => database.close())
  return warnings
}

describe('a database in memory', () => {
  it.each(['sqlite://', 'sqlite:///', 'sqlite:///:memory:', 'sqlite:///some.db?mode=memory'])(
    '%s is warned of, as each of several workers has its own',
    async (connection) => {
      expect(await warned(2, connection)).toEqual([
        'each of the 2 workers has a database of its own in its memory: "connection" in [database] names no file',
      ])
    },
  )

  it('is fine for one worker', async () => {
    expect(await warned(1, 'sqlite://')).toEqual([])
  })
})
