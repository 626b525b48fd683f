// What is known of a composite's parts without running its factory: for our own composites all, for
// any other the settings that name an app or a pipeline of the same file.
import { isSlipwayError } from '../errors.ts'
import { ownDistribution } from '../entrypoints/aliases.ts'
import type { IniSection } from '../ini/index.ts'
import { splitWords } from '../ini/scanner.ts'
import { cascadeApps } from './cascade-settings.ts'
import type { Describer } from './describe.ts'
import type { IniLoader } from './ini-loader.ts'
import { valuePlace } from './ini-loader.ts'
import { parseMount } from './mount.ts'
import { describeMember, inlinePipeline } from './pipeline-plan.ts'
import { type Conf, type FactoryPlan, type Plan, settingText } from './plan.ts'
import { chooseStrategy } from './strategy-choice.ts'
import { isUri } from './uri.ts'

type CompositeKind = 'urlmap' | 'cascade' | 'strategy'

/** Our own composite factories, by the reference that entry points and aliases lead to. */
const kinds: Readonly<Record<string, CompositeKind>> = {
  'slipway.paste.urlmap:urlmap_factory': 'urlmap',
  'slipway.paste.nova_urlmap:urlmap_factory': 'urlmap',
  'slipway.paste.cascade:cascade_factory': 'cascade',
  'slipway.paste.strategy:pipeline_factory': 'strategy',
}

/** Which of our own composites a plan is; null for any other object. */
export function compositeKind(plan: FactoryPlan): CompositeKind | null {
  const { target } = plan.factory
  if (!target || target.distribution.folder !== ownDistribution().folder) return null
  return Object.hasOwn(kinds, target.reference.text) ? (kinds[target.reference.text] ?? null) : null
}

/** Fills `parts` and `choice` of a composite. Faults of parts that a request can reach are the describer's problems. */
export function describeParts(
  plan: FactoryPlan,
  section: IniSection,
  describer: Describer,
  chain: readonly string[],
): void {
  const { loader } = plan
  if (!loader) return
  const context: Context = { plan, section, loader, describer, chain }
  switch (compositeKind(plan)) {
    case 'urlmap':
      urlmapParts(context)
      break
    case 'cascade':
      for (const key of cascadeApps(plan.locals)) part(context, key, plan.globals)
      break
    case 'strategy':
      strategyParts(context)
      break
    case null:
      guessedParts(context)
      break
  }
}

interface Context {
  readonly plan: FactoryPlan
  readonly section: IniSection
  readonly loader: IniLoader
  readonly describer: Describer
  readonly chain: readonly string[]
}

/** One app named by a setting. */
function part({ plan, section, loader, describer, chain }: Context, key: string, globals: Conf | null): void {
  const setting = plan.locals.get(key)
  const at = valuePlace(section.options.get(key)) ?? setting?.where ?? null
  const request = { type: 'app', name: settingText(setting), at, globals } as const
  plan.parts.set(key, describeMember(describer, request, loader, chain))
}

/** In the order in which the factory loads them: the not-found app, then the mounts. A bad key is told after its app, as in Paste. */
function urlmapParts(context: Context): void {
  const { plan, describer } = context
  if (plan.locals.has('not_found_app')) part(context, 'not_found_app', plan.globals)
  for (const [key, { where }] of plan.locals) {
    if (key === 'not_found_app') continue
    part(context, key, plan.globals)
    describer.attempt({ type: 'app', name: key, at: where, globals: null }, () => {
      parseMount(key)
      return plan
    })
  }
}

/** All strategies are described; what is wrong with one that is not chosen is a warning. */
function strategyParts(context: Context): void {
  const { plan, section, loader, describer, chain } = context
  const isChosen = !describer.options.everyStrategy && choose(context)
  for (const [key, { value }] of plan.locals) {
    const line = { section, loader, key, value: String(value), globals: null }
    const describeOne = () => inlinePipeline(describer, line, chain)
    if (!isChosen || key === plan.choice?.key) {
      plan.parts.set(key, describer.attempt({ type: 'app', name: key, at: section.where, globals: null }, describeOne))
    } else {
      const strategy = describer.tentatively(describeOne, 'warning')
      if (strategy) plan.parts.set(key, strategy)
    }
  }
}

/** Fills `choice`; false, and a problem, when nothing fits. */
function choose({ plan, section, describer }: Context): boolean {
  const { config, flavour } = describer.options
  const request = { keys: [...plan.locals.keys()], config, flavour, section: section.name, where: section.where }
  const chosen = describer.attempt({ type: 'app', name: plan.name, at: plan.where, globals: null }, () => {
    plan.choice = chooseStrategy(request)
    return plan
  })
  return chosen.kind !== 'broken'
}

/** Settings of an unknown composite that name an app, or are words of which the last is an app and the others filters. */
function guessedParts({ plan, section, loader, describer, chain }: Context): void {
  for (const [key, { value, where }] of plan.locals) {
    const words = splitWords(String(value)).map(({ word }) => word)
    const [first, ...rest] = words
    if (first === undefined) continue
    const describeOne = (): Plan =>
      rest.length === 0
        ? describer.fromName({ type: 'app', name: first, at: where, globals: null }, loader, chain)
        : inlinePipeline(describer, { section, loader, key, value: String(value), globals: null }, chain)
    if (!words.every((word, index) => names(loader, index === words.length - 1 ? 'app' : 'filter', word))) continue
    const guessed = describer.tentatively(describeOne, null)
    if (guessed) plan.parts.set(key, guessed)
  }
}

function names(loader: IniLoader, type: 'app' | 'filter', word: string): boolean {
  try {
    return isUri(word) ? /^(?:config|egg|call):/iu.test(word) : loader.matching(type, word).length === 1
  } catch (error) {
    if (isSlipwayError(error)) return false
    throw error
  }
}
