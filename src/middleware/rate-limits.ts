// The limits of a rate limiter as an operator writes them: nova's form, `(GET, "/servers", .*, 10, MINUTE)`
// with semicolons between several. Pure.
import { SlipwayError, type Where } from '../errors.ts'

export interface RateLimit {
  /** In capitals; `*` is every method. */
  readonly method: string
  /** The path as people are told of it. */
  readonly uri: string
  /** Searched in the path below the mount, with its query string. */
  readonly expression: RegExp
  readonly value: number
  readonly unit: Unit
  readonly seconds: number
}

const units = { SECOND: 1, MINUTE: 60, HOUR: 3600, DAY: 86_400 } as const
export type Unit = keyof typeof units

/** @throws SlipwayError SLIPWAY_CONFIG_VALUE */
export function parseLimits(text: string, where: Where | null = null): RateLimit[] {
  return text
    .split(/;(?=\s*(?:\(|$))/u)
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((item) => parseLimit(item, where))
}

function parseLimit(item: string, where: Where | null): RateLimit {
  const form = /^\(\s*([A-Za-z*]+)\s*,\s*(?:"([^"]*)"|([^,]*?))\s*,\s*(.*?)\s*,\s*(\d+)\s*,\s*([A-Za-z]+)\s*\)$/u
  const [, method = '', quoted, bare = '', pattern = '', digits = '', unitText = ''] = form.exec(item) ?? []
  const unit = unitText.toUpperCase()
  const value = Number(digits)
  const expression = expressionOf(pattern)
  if (method === '' || !isUnit(unit) || value === 0 || expression === null) {
    throw new SlipwayError('SLIPWAY_CONFIG_VALUE', `"limits" cannot have the item "${item}"`, {
      where,
      found: item,
      expected: '(METHOD, "path", regular expression, number, SECOND | MINUTE | HOUR | DAY)',
    })
  }
  return { method: method.toUpperCase(), uri: quoted ?? bare, expression, value, unit, seconds: units[unit] }
}

function expressionOf(pattern: string): RegExp | null {
  try {
    return new RegExp(pattern, 'u')
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function isUnit(text: string): text is Unit {
  return Object.hasOwn(units, text)
}
