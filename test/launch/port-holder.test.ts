import { describe, expect, it } from 'vitest'
import { eldest } from '../../src/launch/port-holder.ts'

describe('the eldest of those that hold a socket', () => {
  const parents = new Map([
    [350, 32_760],
    [361, 32_760],
    [370, 361],
    [32_760, 1],
  ])
  const parentOf = (pid: number): number => parents.get(pid) ?? 0

  it.each([
    [[350, 361, 370, 32_760], 32_760],
    [[350, 361, 370], 350],
    [[361, 370], 361],
    [[370], 370],
    [[], null],
  ])('of %j is %s: the one whose parent holds it not', (pids, wanted) => {
    expect(eldest(pids, parentOf)).toBe(wanted)
  })
})
