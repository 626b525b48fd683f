import { homedir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { expandHome, standardFolders } from '../../src/config/find-files.ts'

describe('the standard folders', () => {
  test('are the user’s own, the machine’s, then those of a snap', () => {
    const env = { HOME: '/home/u', SNAP: '/snap/s/1', SNAP_COMMON: '/var/snap/s' }
    expect(standardFolders({ project: 'shop', env })).toEqual([
      '/home/u/.shop',
      '/home/u',
      '/etc/shop',
      '/etc',
      '/var/snap/s/etc/shop',
      '/snap/s/1/etc/shop',
    ])
  })

  test('are fewer without a project', () => {
    expect(standardFolders({ project: null, env: { HOME: '/home/u', SNAP: '/snap/s/1' } })).toEqual(['/home/u', '/etc'])
  })
})

test.each([
  ['~', '/home/u'],
  ['~/x', '/home/u/x'],
  ['~other/x', '~other/x'],
  ['x/~', 'x/~'],
])('%s is %s', (path, expanded) => {
  expect(expandHome(path, { HOME: '/home/u' })).toBe(expanded)
})

test('without HOME the user’s entry in the system counts', () => {
  expect(expandHome('~', {})).toBe(homedir())
})
