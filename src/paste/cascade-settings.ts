// The settings of a cascade: `appN = name` in the order of their keys, `catch = 404 …`. Pure.
import { SlipwayError } from '../errors.ts'
import { splitWords } from '../ini/scanner.ts'
import type { Conf } from './plan.ts'

/**
 * The keys of the apps, sorted as text (`app10` comes before `app2`).
 * @throws SlipwayError SLIPWAY_PASTE_CASCADE for a key of another name
 */
export function cascadeApps(settings: Conf | ReadonlyMap<string, unknown>): string[] {
  const keys = [...settings.keys()].filter((key) => key !== 'catch')
  const odd = keys.find((key) => !key.startsWith('app'))
  if (odd !== undefined) {
    throw new SlipwayError('SLIPWAY_PASTE_CASCADE', `"${odd}" is no setting of a cascade`, {
      where: (settings as Conf).get(odd)?.where ?? null,
      expected: '"catch", or keys that start with "app"',
      original: `Bad configuration key '${odd}' (='${String((settings as Conf).get(odd)?.value ?? settings.get(odd))}'); all configuration keys must start with 'app'`,
    })
  }
  return keys.toSorted()
}

/** The statuses that make a cascade try its next app. */
export function parseCatch(text: string | undefined): number[] {
  return splitWords(text ?? '404')
    .map(({ word }) => Number.parseInt(word, 10))
    .toSorted((a, b) => a - b)
}
