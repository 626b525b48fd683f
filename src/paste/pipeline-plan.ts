// Filters and an app written as words in one value: a pipeline section, or a key of a composite
// that chooses among pipelines.
import { SlipwayError } from '../errors.ts'
import { type IniSection, wordsOf } from '../ini/index.ts'
import { splitWords } from '../ini/scanner.ts'
import type { Describer, NameRequest } from './describe.ts'
import type { IniLoader } from './ini-loader.ts'
import { type Conf, type ObjectType, type Plan, protocols, type WrappedPlan } from './plan.ts'

interface PipelineLine {
  readonly section: IniSection
  readonly loader: IniLoader
  /** The setting that holds the words, and its value with references substituted. */
  readonly key: string
  readonly value: string
  /** What the members get; null: only the file's globals. */
  readonly globals: Conf | null
}

/**
 * All members, the last as the app. Faults of members are the describer's problems.
 * @throws SlipwayError SLIPWAY_PASTE_PIPELINE when there is none
 */
export function inlinePipeline(describer: Describer, line: PipelineLine, chain: readonly string[]): WrappedPlan {
  const { section, loader, globals, key, value } = line
  const option = section.options.get(key)
  const where = option?.where ?? section.where
  const words = option ? wordsOf(option, value) : splitWords(value).map(({ word }) => ({ word, where }))
  const last = words.at(-1)
  if (!last) {
    throw new SlipwayError('SLIPWAY_PASTE_PIPELINE', `"${key}" of [${section.name}] names nothing`, {
      where,
      expected: 'filter … app',
      original: 'list index out of range',
    })
  }
  const member = (type: ObjectType, { word, where: at }: typeof last) =>
    describeMember(describer, { type, name: word, at, globals }, loader, chain)
  const app = member('app', last)
  const filters = words.slice(0, -1).map((one) => member('filter', one))
  const own = globals ?? new Map(loader.defaults())
  return {
    kind: 'pipeline',
    type: 'app',
    name: key,
    section: null,
    where,
    globals: own,
    locals: new Map(),
    filters,
    names: words.slice(0, -1).map(({ where: at }) => at),
    app,
  }
}

/** What a name stands for when nobody's section gives a `call:` its protocol: then that of its kind. */
export function describeMember(
  describer: Describer,
  request: NameRequest,
  loader: IniLoader,
  chain: readonly string[],
): Plan {
  return describer.attempt(request, () => withProtocol(describer.fromName(request, loader, chain), request.type))
}

/** PasteDeploy's manual says that `call:` works anywhere; its code only under `use`. */
export function withProtocol(plan: Plan, type: ObjectType): Plan {
  switch (plan.kind) {
    case 'app':
    case 'composite':
    case 'filter':
    case 'server':
      return plan.protocol === null ? { ...plan, protocol: protocols[type][0] } : plan
    case 'pipeline':
    case 'filter-app':
    case 'filter-with':
    case 'broken':
      return plan
  }
}
