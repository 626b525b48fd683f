// Which pipeline a strategy composite takes: `--flavour`, else `[paste_deploy] flavor`, else
// `auth_strategy` (of [DEFAULT] or of [api]), else `default` or `keystone`, as OpenStack's factories do.
import type { Config } from '../config/index.ts'
import { closeNames } from '../diagnostic.ts'
import { SlipwayError, type Where } from '../errors.ts'
import type { StrategyChoice } from './plan.ts'

export interface StrategyRequest {
  readonly keys: readonly string[]
  readonly config: Config | undefined
  readonly flavour: string | undefined
  readonly section: string
  readonly where: Where | null
}

/**
 * @throws SlipwayError SLIPWAY_PASTE_STRATEGY naming the option, its value and the keys there are
 */
export function chooseStrategy({ keys, config, flavour, section, where }: StrategyRequest): StrategyChoice {
  const asked = askedFor(config, flavour)
  if (asked && keys.includes(asked.key)) return asked
  const fallback = ['default', 'keystone'].find((key) => keys.includes(key))
  if (!asked && fallback !== undefined) return { key: fallback, option: 'default' }
  const [only] = keys
  if (!asked && keys.length === 1 && only !== undefined) return { key: only, option: 'default' }
  throw new SlipwayError(
    'SLIPWAY_PASTE_STRATEGY',
    asked
      ? `[${section}] has no pipeline for ${asked.option} = "${asked.key}"`
      : `nothing says which pipeline of [${section}] to take`,
    {
      where,
      found: `it has ${keys.join(', ')}`,
      alternatives: asked ? closeNames(asked.key, keys) : [],
      hint: asked
        ? `set ${asked.option} to one of these, or add "${asked.key} = filter … app"`
        : 'set auth_strategy in the configuration, or give --flavour',
      original: asked ? `KeyError: '${asked.key}'` : undefined,
    },
  )
}

function askedFor(config: Config | undefined, flavour: string | undefined): StrategyChoice | null {
  if (flavour !== undefined) return { key: flavour, option: '--flavour' }
  if (!config) return null
  for (const [section, name] of [
    ['paste_deploy', 'flavor'],
    ['DEFAULT', 'auth_strategy'],
    ['api', 'auth_strategy'],
  ] as const) {
    const value = config.lookup(section === 'DEFAULT' ? name : `${section}.${name}`)
    if (typeof value === 'string' && value !== '') {
      return { key: value, option: section === 'DEFAULT' ? name : `[${section}] ${name}` }
    }
  }
  return null
}
