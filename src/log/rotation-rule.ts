// When a log file is due, from the options of oslo.log: by size, or by the clock as Python's timed
// handler counts. Pure.
import { SlipwayError } from '../errors.ts'
import type { LogSettings } from './options.ts'
import { strftime } from './strftime.ts'

export type RotationRule =
  | { readonly type: 'size'; readonly maxBytes: number }
  | {
      readonly type: 'interval'
      /** The moment after this one at which the file is due. */
      next(after: Date): Date
      /** The end of the name of a file that was due then: the beginning of its time. */
      nameOf(due: Date): string
    }

const units = {
  seconds: { ms: 1000, name: '%Y-%m-%d_%H-%M-%S' },
  minutes: { ms: 60_000, name: '%Y-%m-%d_%H-%M' },
  hours: { ms: 3_600_000, name: '%Y-%m-%d_%H' },
  days: { ms: 86_400_000, name: '%Y-%m-%d' },
} as const

/**
 * Null for `none`.
 * @throws SlipwayError SLIPWAY_CONFIG_VALUE for an interval that its type does not have
 */
export function rotationRule(settings: LogSettings): RotationRule | null {
  switch (settings.log_rotation_type?.toLowerCase() ?? 'none') {
    case 'size':
      return { type: 'size', maxBytes: (settings.max_logfile_size_mb ?? 200) * 1024 * 1024 }
    case 'interval':
      return intervalRule(settings.log_rotate_interval_type?.toLowerCase() ?? 'days', settings.log_rotate_interval ?? 1)
    default:
      return null
  }
}

function intervalRule(type: string, interval: number): RotationRule {
  if (type === 'weekday') {
    if (interval > 6) refuse(interval, 'from 0 for Monday to 6 for Sunday, with log_rotate_interval_type = weekday')
    return atMidnight((day) => (interval - mondayFirst(day) + 7) % 7)
  }
  if (interval < 1) refuse(interval, 'an integer from 1')
  if (type === 'midnight') return atMidnight(() => interval - 1)
  const { ms, name } = units[type as keyof typeof units]
  return {
    type: 'interval',
    next: (after) => new Date(after.getTime() + interval * ms),
    nameOf: (due) => strftime(name, new Date(due.getTime() - interval * ms)),
  }
}

/** At the end of a day, `daysOn` days after the day itself. The local calendar decides how long a day is. */
function atMidnight(daysOn: (day: Date) => number): RotationRule {
  return {
    type: 'interval',
    next: (after) => new Date(after.getFullYear(), after.getMonth(), after.getDate() + 1 + daysOn(after)),
    nameOf: (due) => strftime('%Y-%m-%d', new Date(due.getFullYear(), due.getMonth(), due.getDate() - 1)),
  }
}

function mondayFirst(day: Date): number {
  return (day.getDay() + 6) % 7
}

function refuse(found: number, expected: string): never {
  throw new SlipwayError('SLIPWAY_CONFIG_VALUE', `option "log_rotate_interval" cannot be "${found}"`, { expected })
}
