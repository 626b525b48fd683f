import { expect, it } from 'vitest'
import { workerFlags } from '../../../src/launch/master/process-vessel.ts'

it.each([
  [
    ['--enable-source-maps', '--import', './x.mjs'],
    ['--enable-source-maps', '--import', './x.mjs'],
  ],
  [['--inspect', '--inspect-brk=0', '--inspect-port=0'], []],
  [['--input-type=module', '-e', 'code', '--no-warnings'], ['--no-warnings']],
  [['--eval', 'code'], []],
  [['--watch', '--watch-path=src', '--max-old-space-size=100'], ['--max-old-space-size=100']],
])('workers of a node started with %j get %j', (given, expected) => {
  expect(workerFlags(given)).toEqual(expected)
})
