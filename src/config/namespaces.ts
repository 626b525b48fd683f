// Options by the name under which an entry point offers them: what the generator of sample files selects by.
// Takes what such an entry leads to; finding and importing it is the caller's.
import { closeNames } from '../diagnostic.ts'
import { type Diagnostic, diagnostic, SlipwayError, type Where } from '../errors.ts'
import { group } from './group.ts'
import type { OptionGroup, Options } from './option.ts'

/** The groups of one entry point. */
export interface Namespace {
  readonly name: string
  readonly groups: readonly OptionGroup[]
}

/**
 * What an entry of `slipway.config` or `oslo.config.opts` leads to: a group, a pair of a group's name (or a
 * group, or null for DEFAULT) and options, a list of such, or a function that gives one of these.
 * @throws SlipwayError SLIPWAY_CONFIG_DECLARATION when it is none of them
 */
export async function namespaceOf(name: string, named: unknown, where: Where | null = null): Promise<Namespace> {
  const given: unknown = typeof named === 'function' ? await (named as () => unknown)() : named
  const parts: readonly unknown[] = Array.isArray(given) && !isPair(given) ? given : [given]
  const groups = parts.map(groupOf)
  if (groups.every((one) => one !== null)) return { name, groups }
  throw new SlipwayError('SLIPWAY_CONFIG_DECLARATION', `entry point "${name}" leads to no group of options`, {
    where,
    expected: 'what group() returns, [name, options], a list of such, or a function that gives one of these',
  })
}

export interface Selection {
  readonly namespaces: readonly Namespace[]
  /** Warnings: what was asked for and is not there. */
  readonly problems: readonly Diagnostic[]
}

/** The namespaces of these names; all when none is named. */
export function selectNamespaces(names: readonly string[], offered: readonly Namespace[]): Selection {
  if (names.length === 0) return { namespaces: offered, problems: [] }
  const wanted = [...new Set(names)]
  const isOffered = (name: string): boolean => offered.some((namespace) => namespace.name === name)
  const known = offered.map(({ name }) => name)
  return {
    namespaces: wanted.flatMap((name) => offered.filter((namespace) => namespace.name === name)),
    problems: wanted
      .filter((name) => !isOffered(name))
      .map((name) =>
        diagnostic('warning', 'SLIPWAY_CONFIG_UNKNOWN', `no options are offered under the namespace "${name}"`, {
          alternatives: closeNames(name, known),
          hint: known.length > 0 ? `there are: ${known.join(', ')}` : undefined,
        }),
      ),
  }
}

function groupOf(part: unknown): OptionGroup | null {
  if (isGroup(part)) return part
  if (!isPair(part)) return null
  const [head, options] = part
  if (isGroup(head)) return group(head.name, options, head.help === null ? {} : { help: head.help })
  return group(head ?? 'DEFAULT', options)
}

function isGroup(value: unknown): value is OptionGroup {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('options' in value)) return false
  return typeof value.name === 'string' && isOptions(value.options)
}

function isPair(value: unknown): value is readonly [string | null | OptionGroup, Options] {
  if (!Array.isArray(value) || value.length !== 2) return false
  const [head, options] = value as readonly unknown[]
  return (head === null || typeof head === 'string' || isGroup(head)) && !isGroup(options) && isOptions(options)
}

function isOptions(value: unknown): value is Options {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).every((option) => typeof option === 'object' && option !== null && 'kind' in option)
}
