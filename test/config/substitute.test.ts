import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { substitute, substituteWithin } from '../../src/config/substitute.ts'

const mark = (name: string): string => `<${name}>`

test.each([
  ['$a/x', '<a>/x'],
  ['${a}b', '<a>b'],
  ['${g.a}', '<g.a>'],
  ['http://$host.example', 'http://<host.example>'],
  ['$host.', '<host.>'],
  ['$$a', '$a'],
  [String.raw`\$a`, '$a'],
  ['$$$a', '$<a>'],
  ['5$ and $', '5$ and $'],
  ['${n-m} ${', '${n-m} ${'],
  ['$1 $_a $A1', '$1 <_a> <A1>'],
])('%j becomes %j', (text, expected) => {
  expect(substitute(text, mark)).toBe(expected)
})

test('what a name stands for is not looked at again', () => {
  expect(substitute('$a', () => '$b $$')).toBe('$b $$')
})

test('a text without a dollar stays as it is', () => {
  fc.assert(fc.property(fc.string(), (text) => text.includes('$') || substitute(text, mark) === text))
})

test('doubled dollars keep any text', () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !text.includes('\\')),
      (text) => substitute(text.replaceAll('$', '$$$$'), mark) === text,
    ),
  )
})

test('lists and dicts are gone through, keys included', () => {
  expect(substituteWithin({ $k: ['$a', 1, null, { x: '$b' }] }, mark)).toEqual({
    '<k>': ['<a>', 1, null, { x: '<b>' }],
  })
})
