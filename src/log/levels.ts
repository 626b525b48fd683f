// Levels by logger name: pino has no hierarchy of loggers, so the longest dotted prefix decides here.
// Pure.
import { SlipwayError } from '../errors.ts'

/** The levels by the names that pino gives them. */
export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

const levels: ReadonlyMap<string, Level> = new Map([
  ['TRACE', 'trace'],
  ['DEBUG', 'debug'],
  ['INFO', 'info'],
  ['WARN', 'warn'],
  ['WARNING', 'warn'],
  ['ERROR', 'error'],
  ['CRITICAL', 'fatal'],
  ['FATAL', 'fatal'],
])

/** What an operator may write. */
export const levelNames: readonly string[] = [...levels.keys()]

// Python's numbers of levels: a file that says `amqp=30` means WARNING.
const numbers: readonly (readonly [number, Level])[] = [
  [5, 'trace'],
  [10, 'debug'],
  [20, 'info'],
  [30, 'warn'],
  [40, 'error'],
  [50, 'fatal'],
]

/** A level by Python's name or number; null when there is none. */
export function parseLevel(text: string): Level | null {
  const name = text.trim().toUpperCase()
  if (!/^\d+$/u.test(name)) return levels.get(name) ?? null
  return numbers.find(([number]) => Number(name) <= number)?.[1] ?? 'silent'
}

/** The levels of all loggers. */
export interface LevelTable {
  readonly root: Level
  readonly byName: ReadonlyMap<string, Level>
}

/**
 * From the values of `debug` and `default_log_levels`.
 * @throws SlipwayError SLIPWAY_CONFIG_VALUE for a pair that is none, which a checked configuration does not hold
 */
export function parseLevels(isDebug: boolean, pairs: readonly string[]): LevelTable {
  const byName = new Map<string, Level>()
  for (const pair of pairs) {
    const [name = '', text = ''] = pair.split('=', 2)
    const level = parseLevel(text)
    if (level === null) {
      throw new SlipwayError('SLIPWAY_CONFIG_VALUE', `option "default_log_levels" cannot be "${pair}"`, {
        expected: 'name=LEVEL',
        alternatives: levelNames,
      })
    }
    byName.set(name.trim(), level)
  }
  return { root: isDebug ? 'debug' : 'info', byName }
}

/** `a.b.c` asks for itself, then `a.b`, then `a`, then the root. */
export function levelOf(table: LevelTable, logger: string): Level {
  for (let name = logger; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
    const level = table.byName.get(name)
    if (level !== undefined) return level
  }
  return table.root
}
