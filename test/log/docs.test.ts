import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { logGroup } from '../../src/log/index.ts'

const manual = readFileSync(new URL('../../docs/logging.md', import.meta.url), 'utf8')

test.each(Object.keys(logGroup.options))('docs/logging.md explains %s', (name) => {
  expect(manual).toContain(`\`${name}`)
})
