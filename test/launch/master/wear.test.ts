import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { wearLimits, wearOf } from '../../../src/launch/master/wear.ts'
import type { LaunchSettings } from '../../../src/launch/options.ts'

const settings = (max_requests: number, max_requests_jitter = 0, max_worker_rss = 0): LaunchSettings =>
  ({ max_requests, max_requests_jitter, max_worker_rss }) as LaunchSettings

const vitals = (requests: number, rss = 0) => ({
  requests,
  rss,
  inFlight: 0,
  utilisation: 0,
  heapUsed: 0,
  heapTotal: 0,
  busyMs: 0,
  loopDelay: null,
  lostLines: 0,
})

describe('the limits of a worker', () => {
  it('stay within the jitter, and above nothing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 0, max: 1e6 }),
        fc.float({ min: 0, max: 1, noNaN: true }),
        (most, jitter, dice) => {
          const { requests } = wearLimits(settings(most, jitter), () => dice)
          expect(requests).toBeGreaterThanOrEqual(Math.max(1, most - jitter))
          expect(requests).toBeLessThanOrEqual(most + jitter)
        },
      ),
    )
  })

  it.each([
    ['none', settings(0), vitals(1e9, 1e12), null],
    ['requests to go', settings(10), vitals(9), null],
    ['requests done', settings(10), vitals(10), 'has answered 10 requests'],
    ['memory to grow', settings(0, 0, 1000), vitals(0, 1000), null],
    ['memory outgrown', settings(0, 0, 2 ** 20), vitals(0, 3 * 2 ** 20), 'has grown to 3 MiB'],
  ])('with %s', (_, given, told, wear) => {
    expect(
      wearOf(
        told,
        wearLimits(given, () => 0.5),
      ),
    ).toBe(wear)
  })
})
