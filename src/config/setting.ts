// One value by one declaration, outside any configuration: settings of a deployment file, values from code.
import { SlipwayError } from '../errors.ts'
import { shownValue } from './conversion.ts'
import { convert, expectedOf } from './kinds.ts'
import type { Option } from './option.ts'
import { Rejection } from './rejection.ts'

/**
 * One text by an option's declaration: what a deployment file's setting means.
 * @param subject what the message calls it: `setting "allowed_origin"`
 * @throws SlipwayError SLIPWAY_CONFIG_VALUE
 */
export function parseSetting<T>(option: Option<T>, text: string, subject = 'a setting'): T {
  return checkValue(option, text, subject) as T
}

/** As `parseSetting`, for a value given in code as well. */
export function checkValue(option: Option, value: unknown, subject: string): unknown {
  try {
    return convert(option, value)
  } catch (error) {
    if (!(error instanceof Rejection)) throw error
    const found = shownValue(value)
    const reason = error.reason === null ? '' : `: ${error.reason}`
    throw option.secret
      ? new SlipwayError('SLIPWAY_CONFIG_VALUE', `${subject} has a value that does not fit it`, {
          expected: expectedOf(option),
        })
      : new SlipwayError('SLIPWAY_CONFIG_VALUE', `${subject} cannot be ${found}${reason}`, {
          found,
          expected: expectedOf(option),
          original: error.original ?? undefined,
        })
  }
}
