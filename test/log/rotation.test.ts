import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Rotation } from '../../src/log/rotation.ts'
import { rotationRule, type RotationRule } from '../../src/log/rotation-rule.ts'
import { folder } from './folder.ts'

let zone: string | undefined
beforeAll(() => {
  zone = process.env.TZ
  process.env.TZ = 'UTC'
})
afterAll(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

type IntervalType = 'seconds' | 'minutes' | 'hours' | 'days' | 'weekday' | 'midnight'

function interval(type: IntervalType, count: number): Extract<RotationRule, { type: 'interval' }> {
  const rule = rotationRule({
    log_rotation_type: 'interval',
    log_rotate_interval_type: type,
    log_rotate_interval: count,
  })
  if (rule?.type !== 'interval') throw new Error('an interval was expected')
  return rule
}

describe('a file is due', () => {
  // The 16th of December 2015 was a Wednesday.
  test.each([
    ['seconds', 30, '2015-12-16T13:54:56', '2015-12-16_13-54-26'],
    ['minutes', 10, '2015-12-16T14:04:26', '2015-12-16_13-54'],
    ['hours', 2, '2015-12-16T15:54:26', '2015-12-16_13'],
    ['days', 1, '2015-12-17T13:54:26', '2015-12-16'],
    ['midnight', 1, '2015-12-17T00:00:00', '2015-12-16'],
    ['midnight', 2, '2015-12-18T00:00:00', '2015-12-17'],
    // At the end of the day that is named, as Python does.
    ['weekday', 2, '2015-12-17T00:00:00', '2015-12-16'],
    ['weekday', 3, '2015-12-18T00:00:00', '2015-12-17'],
    ['weekday', 0, '2015-12-22T00:00:00', '2015-12-21'],
    ['weekday', 1, '2015-12-23T00:00:00', '2015-12-22'],
  ] as const)('with %s and %s at %s, and gets the name %s', (type, count, due, name) => {
    const rule = interval(type, count)
    const next = rule.next(new Date('2015-12-16T13:54:26Z'))
    expect(next.toISOString()).toBe(`${due}.000Z`)
    expect(rule.nameOf(next)).toBe(name)
  })

  test('at midnight also where a day has another length', () => {
    process.env.TZ = 'Europe/Berlin'
    const { next } = interval('midnight', 1)
    const first = next(new Date('2015-10-24T12:00:00Z'))
    const second = next(first)
    process.env.TZ = 'UTC'
    expect([first.toISOString(), second.toISOString()]).toEqual([
      '2015-10-24T22:00:00.000Z',
      '2015-10-25T23:00:00.000Z',
    ])
  })

  test.each([
    ['weekday', 7],
    ['days', 0],
  ] as const)('never with %s and %s: that is refused', (type, count) => {
    expect(() => interval(type, count)).toThrow(expect.objectContaining({ code: 'SLIPWAY_CONFIG_VALUE' }))
  })

  test('never without a type', () => {
    expect([rotationRule({}), rotationRule({ log_rotation_type: 'none' })]).toEqual([null, null])
  })
})

describe('a file that is due is renamed', () => {
  const start = new Date('2015-12-16T13:54:26Z')
  const later = (seconds: number): Date => new Date(start.getTime() + seconds * 1000)

  function write(path: string, text: string): void {
    appendFileSync(path, text)
  }

  function rotate(rotation: Rotation, path: string, now: Date): boolean {
    return rotation.rotate(path, statSync(path), now)
  }

  function contents(dir: string): Record<string, string> {
    return Object.fromEntries(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), 'utf8')]))
  }

  test('by size: the youngest is .1, and so many are kept', () => {
    const dir = folder()
    const path = join(dir, 'x.log')
    const rotation = new Rotation({ type: 'size', maxBytes: 3 }, 2, start)
    write(path, 'ab')
    expect(rotate(rotation, path, later(1))).toBe(false)
    for (const [index, text] of ['c', 'def', 'ghi', 'jkl'].entries()) {
      write(path, text)
      expect(rotate(rotation, path, later(10 + index * 10))).toBe(true)
    }
    expect(contents(dir)).toEqual({ 'x.log.1': 'jkl', 'x.log.2': 'ghi' })
  })

  test('not twice before all others have left the file', () => {
    const path = join(folder(), 'x.log')
    const rotation = new Rotation({ type: 'size', maxBytes: 1 }, 1, start)
    write(path, 'a')
    expect(rotate(rotation, path, later(0))).toBe(true)
    write(path, 'b')
    expect([rotate(rotation, path, later(1)), rotate(rotation, path, later(6))]).toEqual([false, true])
  })

  test('by the clock: under the name of its time, the oldest go', () => {
    const dir = folder()
    const path = join(dir, 'x.log')
    const rotation = new Rotation(interval('days', 1), 2, start)
    for (const day of [0, 1, 2, 3]) {
      write(path, String(day))
      expect(rotate(rotation, path, later(day * 86_400 + 100))).toBe(day > 0)
    }
    expect(contents(dir)).toEqual({ 'x.log.2015-12-17': '2', 'x.log.2015-12-18': '3' })
  })

  test('by the clock: counted from its last line before this run, and never over a file that is there', () => {
    const dir = folder()
    const path = join(dir, 'x.log')
    write(path, 'old')
    write(`${path}.2015-12-14`, 'kept')
    const rotation = new Rotation(interval('days', 1), 9, later(-2 * 86_400))
    expect(rotate(rotation, path, start)).toBe(true)
    expect(contents(dir)).toEqual({ 'x.log.2015-12-14': 'kept', 'x.log.2015-12-14.1': 'old' })
  })

  test('by the clock: not when it is empty', () => {
    const path = join(folder(), 'x.log')
    writeFileSync(path, '')
    const rotation = new Rotation(interval('seconds', 1), 9, start)
    expect(rotate(rotation, path, later(5))).toBe(false)
    write(path, 'new')
    expect([rotate(rotation, path, later(5.5)), rotate(rotation, path, later(6))]).toEqual([false, true])
  })

  test('not when somebody else has renamed it: it is only opened again', () => {
    const dir = folder()
    const path = join(dir, 'x.log')
    write(path, 'abc')
    const open = { ino: -1, size: 3, dev: 0 }
    expect(new Rotation({ type: 'size', maxBytes: 3 }, 2, start).rotate(path, open, start)).toBe(true)
    expect(contents(dir)).toEqual({ 'x.log': 'abc' })
  })

  test('by one process at a time; a lock whose holder died is taken away', () => {
    const dir = folder()
    const path = join(dir, 'x.log')
    const lock = `${path}.rotating`
    write(path, 'abc')
    mkdirSync(lock)
    utimesSync(lock, start, start)
    const rotation = new Rotation({ type: 'size', maxBytes: 3 }, 2, start)
    expect(rotate(rotation, path, later(1))).toBe(false)
    expect(readdirSync(dir)).toContain('x.log.rotating')
    expect(rotate(rotation, path, later(11))).toBe(false)
    expect(rotate(rotation, path, later(12))).toBe(true)
    expect(contents(dir)).toEqual({ 'x.log.1': 'abc' })
  })
})
