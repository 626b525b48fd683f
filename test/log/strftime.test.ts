import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isoTime, strftime } from '../../src/log/strftime.ts'

let zone: string | undefined
beforeAll(() => (zone = process.env.TZ))
afterAll(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

describe('strftime', () => {
  const at = new Date(Date.UTC(2015, 11, 6, 0, 4, 9, 7))

  // What Python 3 prints in the C locale.
  test.each([
    ['%Y-%m-%d %H:%M:%S', '2015-12-06 00:04:09'],
    ['%y %b %B %a %A', '15 Dec December Sun Sunday'],
    ['%I:%M %p', '12:04 AM'],
    ['%e|%j|%w|%u', ' 6|340|0|7'],
    ['%F %T %D %R', '2015-12-06 00:04:09 12/06/15 00:04'],
    ['%s %z', '1449360249 +0000'],
    ['%Z', 'UTC'],
    ['%c', 'Sun Dec  6 00:04:09 2015'],
    ['100%% %Q %', '100% %Q %'],
    ['%toString', '%toString'],
  ])('%j is %j', (format, text) => {
    process.env.TZ = 'UTC'
    expect(strftime(format, at)).toBe(text)
  })

  test('is local time', () => {
    process.env.TZ = 'Asia/Kolkata'
    expect(strftime('%H:%M %z', at)).toBe('05:34 +0530')
    expect(isoTime(at)).toBe('2015-12-06T05:34:09.007000+05:30')
    process.env.TZ = 'America/New_York'
    expect(strftime('%j %d %H %z', at)).toBe('339 05 19 -0500')
  })
})
