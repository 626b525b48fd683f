import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decideRespawn,
  defaultRespawnPolicy as policy,
  describeExit,
  isBootFault,
  type WorkerEnd,
} from '../../src/launch/states.ts'

const end: WorkerEnd = {
  status: 1,
  signal: null,
  reason: 'ended with status 1',
  isOrderly: false,
  wasKilled: false,
  uptimeMs: 100,
  wasReady: true,
}

describe('decideRespawn', () => {
  it('respawns at once, then with growing pauses, and gives up after the eighth fast death', () => {
    const pauses: (number | string)[] = []
    for (let deaths = 0, isOn = true; isOn;) {
      const decision = decideRespawn(end, deaths, policy)
      deaths = decision.fastDeaths
      pauses.push(decision.kind === 'respawn' ? decision.delayMs : decision.kind)
      isOn = decision.kind === 'respawn'
    }
    expect(pauses).toEqual([0, 1000, 2000, 4000, 8000, 16_000, 30_000, 'give-up'])
  })

  it('forgets the fast deaths of a slot whose worker lived long enough', () => {
    expect(decideRespawn({ ...end, uptimeMs: policy.minUptimeMs }, 7, policy)).toEqual({
      kind: 'respawn',
      delayMs: 0,
      fastDeaths: 0,
    })
  })

  it('counts a worker that never got ready as a fast death, however long it took', () => {
    expect(decideRespawn({ ...end, wasReady: false, uptimeMs: 60_000 }, 1, policy)).toMatchObject({ fastDeaths: 2 })
  })

  it('never shortens the pause while the deaths stay fast, and always ends', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60_000), { minLength: 1 }), fc.integer({ min: 1, max: 20 }), (delays, most) => {
        const custom = { delaysMs: delays.toSorted((a, b) => a - b), minUptimeMs: 1000, maxFastDeaths: most }
        let deaths = 0
        let last = 0
        for (let step = 1; step <= most; step++) {
          const decision = decideRespawn(end, deaths, custom)
          expect(decision.kind).toBe(step === most ? 'give-up' : 'respawn')
          if (decision.kind === 'give-up') return
          expect(decision.delayMs).toBeGreaterThanOrEqual(last)
          last = decision.delayMs
          deaths = decision.fastDeaths
        }
      }),
    )
  })
})

describe('isBootFault', () => {
  it.each<[string, Partial<WorkerEnd>, boolean]>([
    ['an exit of its own', {}, true],
    ['a kill by its master, which waited long enough', { status: null, signal: 'SIGKILL', wasKilled: true }, true],
    ['a program that cannot be run', { status: null }, true],
    ['a signal from elsewhere', { status: null, signal: 'SIGKILL' }, false],
    ['a drain that was ordered', { status: 0, isOrderly: true }, false],
  ])('says of %s', (_, parts, expected) => {
    expect(isBootFault({ ...end, ...parts })).toBe(expected)
  })
})

it.each([
  [null, 'SIGKILL', 'killed by SIGKILL (by hand, or by the system when memory ran out)'],
  [null, 'SIGSEGV', 'killed by SIGSEGV'],
  [0, null, 'ended by itself with status 0'],
  [3, null, 'ended with status 3'],
])('describeExit puts status %s, signal %s into words', (status, signal, words) => {
  expect(describeExit(status, signal)).toBe(words)
})
