// One section of a deployment file → its plan. Follows PasteDeploy's loader step by step: the order
// of sets, gets and overrides decides what wins. Imports nothing of the user, calls nothing.
import { diagnostic, SlipwayError, type Where } from '../errors.ts'
import { type IniSection, placeOfValue } from '../ini/index.ts'
import { pythonRepr, splitWords } from '../ini/scanner.ts'
import { describeParts } from './composites.ts'
import type { Describer, NameRequest } from './describe.ts'
import { factoryOfReference, installedDistribution } from './factory.ts'
import { type IniLoader, valuePlace } from './ini-loader.ts'
import { describeMember, inlinePipeline } from './pipeline-plan.ts'
import {
  type Conf,
  type FactoryPlan,
  isComposite,
  type ObjectType,
  type Plan,
  type Protocol,
  protocols,
  type Setting,
  settingText,
  type WrappedPlan,
} from './plan.ts'

/** A section while it is being read. */
interface Reading {
  readonly describer: Describer
  readonly type: ObjectType
  readonly loader: IniLoader
  readonly section: IniSection
  readonly name: string
  readonly globals: Conf
  readonly locals: Conf
  /** This section's own `set`s. */
  readonly sets: Conf
  /** The sections on the way here, for cycles. */
  readonly chain: readonly string[]
  /** Whether another section uses this one: a composite's parts are then the user's affair. */
  readonly isUsed: boolean
}

/**
 * @throws SlipwayError for the first fault of the section itself; faults of its parts are the describer's problems
 */
export function describeSection(
  describer: Describer,
  request: NameRequest,
  loader: IniLoader,
  chain: readonly string[],
): Plan {
  const { type, at } = request
  const section = loader.find(type, request.name, at)
  const link = `${loader.file}[${section.name}]`
  if (chain.includes(link)) throw cycle(section, at, [...chain.slice(chain.indexOf(link)), link])
  const settings = readSettings(describer, section, loader, request)
  const name = request.name ?? section.name
  const reading: Reading = {
    describer,
    type,
    loader,
    section,
    name,
    ...settings,
    chain: [...chain, link],
    isUsed: request.isUsed ?? false,
  }
  const filterWith = type === 'server' ? undefined : take(reading.locals, 'filter-with')
  requireDistributions(reading)
  const plan = planOf(reading)
  return filterWith === undefined ? plan : withFilter(plan, filterWith, reading)
}

function planOf(reading: Reading): Plan {
  const { section, locals } = reading
  if (section.name.startsWith('pipeline:')) return pipeline(reading)
  if (section.name.startsWith('filter-app:')) return filterApp(reading)
  return locals.has('use') ? used(reading) : explicit(reading)
}

/** Globals, settings, `set`s, and `get`s after all sets. */
function readSettings(
  describer: Describer,
  section: IniSection,
  loader: IniLoader,
  request: NameRequest,
): Pick<Reading, 'globals' | 'locals' | 'sets'> {
  const globals: Conf = new Map([...loader.defaults(), ...(request.globals ?? [])])
  const locals: Conf = new Map()
  const sets: Conf = new Map()
  const gets: { name: string; from: string; where: Where }[] = []
  const inherited = [...loader.ini.defaults.values()].filter(({ name }) => !section.options.has(name))
  for (const option of [...section.options.values(), ...inherited]) {
    const value = loader.value(section, option)
    if (option.name.startsWith('set ')) {
      const setting: Setting = { value, origin: 'set', where: option.where }
      globals.set(option.name.slice(4).trim(), setting)
      sets.set(option.name.slice(4).trim(), setting)
    } else if (option.name.startsWith('get ')) {
      gets.push({ name: option.name.slice(4).trim(), from: value, where: placeOfValue(option) })
    } else if (!loader.isDefault(option.name)) {
      locals.set(option.name, { value, origin: 'local', where: option.where })
    } else if (section.options.has(option.name)) warnShadowed(describer, section, option.name, option.where, loader)
  }
  for (const { name, from, where } of gets) locals.set(name, { ...globalOf(globals, name, from, where), origin: 'get' })
  return { globals, locals, sets }
}

function globalOf(globals: Conf, name: string, from: string, where: Where): Setting {
  const global = globals.get(from)
  if (global) return global
  throw new SlipwayError('SLIPWAY_PASTE_GET', `"get ${name}" wants "${from}", which is no global setting`, {
    where,
    found: `there are ${[...globals.keys()].join(', ')}`,
    expected: 'a name of [DEFAULT], or one that a "set" has made',
    original: `KeyError: ${pythonRepr(from)}`,
  })
}

function warnShadowed(describer: Describer, section: IniSection, name: string, where: Where, loader: IniLoader): void {
  const place = loader.ini.defaults.get(name)?.where
  describer.warn(
    diagnostic(
      'warning',
      'SLIPWAY_PASTE_SHADOWED',
      `"${name}" of [${section.name}] has no effect: [DEFAULT] has it too`,
      {
        where,
        found: place ? `in line ${place.line}` : 'it is built in or given by the program',
        hint: `write "set ${name} = …" to change it here, or rename one of the two`,
      },
    ),
  )
}

/** `require = Dist …`: every distribution must be there. */
function requireDistributions({ describer, locals }: Reading): void {
  const setting = take(locals, 'require')
  if (!setting) return
  for (const { word } of splitWords(settingText(setting))) {
    installedDistribution(word, setting.where, describer.projects)
  }
}

function pipeline(reading: Reading): WrappedPlan {
  const { describer, section, locals, loader, globals, chain, name } = reading
  const line = take(locals, 'pipeline')
  if (!line) throw missingKey(reading, 'pipeline', 'filter … app')
  const [extra] = locals.values()
  if (extra) {
    const names = [...locals.keys()].join(', ')
    throw new SlipwayError(
      'SLIPWAY_PASTE_PIPELINE',
      `[${section.name}] has settings that a pipeline cannot have: ${names}`,
      {
        where: extra.where ?? section.where,
        expected: 'only "pipeline" and "set …"',
        hint: 'put them into the sections of the filters and the app',
        original: `The [${section.name}] pipeline section in ${loader.file} has extra (disallowed) settings: ${names}`,
      },
    )
  }
  const members = inlinePipeline(
    describer,
    { section, loader, key: 'pipeline', value: String(line.value), globals },
    chain,
  )
  return { ...members, name, section: section.name, where: section.where, locals }
}

function filterApp(reading: Reading): WrappedPlan {
  const { describer, section, locals, loader, globals, chain, name } = reading
  const next = take(locals, 'next')
  if (!next) throw missingKey(reading, 'next', 'the name of an app')
  const at = valuePlace(section.options.get('next'))
  const app = describeMember(describer, { type: 'app', name: String(next.value), at, globals }, loader, chain)
  const inner: Reading = { ...reading, type: 'filter' }
  const filter = locals.has('use') ? used(inner) : explicit(inner)
  return {
    kind: 'filter-app',
    type: 'app',
    name,
    section: section.name,
    where: section.where,
    globals,
    locals,
    filters: [filter],
    app,
  }
}

/** `use = …`: the used object with this section's settings laid over it. */
function used(reading: Reading): Plan {
  const { describer, section, locals, loader, globals, sets, chain, type } = reading
  const use = take(locals, 'use')
  const at = valuePlace(section.options.get('use'))
  const plan = describer.fromName({ type, name: settingText(use), at, globals, isUsed: true }, loader, chain)
  for (const [name, setting] of plan.locals) plan.locals.set(name, { ...setting, origin: 'use' })
  for (const [name, setting] of [...sets, ...ownFile(globals)]) plan.globals.set(name, setting)
  for (const [name, setting] of locals) plan.locals.set(name, setting)
  switch (plan.kind) {
    case 'broken':
      return plan
    case 'pipeline':
    case 'filter-app':
    case 'filter-with':
      if (plan.app.locals !== plan.locals) warnLost(describer, section, locals, plan)
      return plan
    case 'app':
    case 'composite':
    case 'filter':
    case 'server': {
      const protocol = plan.protocol ?? protocolOfPrefix(section.name, type)
      return complete(
        { ...plan, protocol, loader, name: reading.name, section: section.name, where: section.where },
        reading,
      )
    }
  }
}

/** A used section does not change which file a factory is told of. */
function ownFile(globals: Conf): [string, Setting][] {
  const file = globals.get('__file__')
  return file ? [['__file__', file]] : []
}

function warnLost(describer: Describer, section: IniSection, locals: Conf, user: Plan): void {
  for (const [name, { where }] of locals) {
    describer.warn(
      diagnostic(
        'warning',
        'SLIPWAY_PASTE_LOST',
        `"${name}" of [${section.name}] has no effect: [${user.section ?? user.name}] hands it to nobody`,
        {
          where,
          hint: 'put it into the section of the object that should have it',
        },
      ),
    )
  }
}

function explicit(reading: Reading): FactoryPlan {
  const { describer, section, locals, globals, loader, name, type } = reading
  const protocol = protocolOf(reading)
  const setting = take(locals, protocol)
  const at = valuePlace(section.options.get(protocol)) ?? setting?.where ?? null
  const factory = factoryOfReference(settingText(setting), at, describer.projects)
  const place = { type, name, section: section.name, where: section.where, globals, locals }
  return complete({ kind: type, ...place, protocol, factory, loader, parts: new Map(), choice: null }, reading)
}

function protocolOf({ section, locals, type, loader }: Reading): Protocol {
  const given = protocols[type].filter((protocol) => locals.has(protocol))
  const [first, second] = given
  // filter_factory hides filter_app_factory, which then travels as a setting.
  if (first && (!second || type !== 'app')) return first
  if (first) {
    const pairs = given.map((one) => `(${pythonRepr(one)}, ${pythonRepr(String(locals.get(one)?.value))})`)
    throw new SlipwayError('SLIPWAY_PASTE_PROTOCOL', `[${section.name}] has several factories: ${given.join(', ')}`, {
      where: section.options.get(second ?? first)?.where ?? section.where,
      expected: 'one of them',
      original: `Multiple protocols given in section ${pythonRepr(section.name)}: [${pairs.join(', ')}]`,
    })
  }
  const near = [...section.options.values()].find((option) => /factory|runner|^use\b/iu.test(option.name))
  throw new SlipwayError('SLIPWAY_PASTE_NO_FACTORY', `[${section.name}] does not say what makes it`, {
    where: near?.where ?? section.where,
    found: loader.ini.defaults.has('use') ? '"use" in [DEFAULT] does not count' : undefined,
    expected: `"use = …" or "${protocols[type][0]} = module:attr"`,
    original: `No loader given in section ${pythonRepr(section.name)}`,
  })
}

/** A composite's parts, as far as they are known without its factory. */
function complete(plan: FactoryPlan, { describer, section, chain, isUsed }: Reading): FactoryPlan {
  if (!isComposite(plan.protocol)) return plan
  const composite: FactoryPlan = { ...plan, kind: 'composite' }
  if (!isUsed) describeParts(composite, section, describer, chain)
  return composite
}

/** The tables of a filter-with are those of its section: a `use` of it overrides what the factory gets. */
function withFilter(plan: Plan, setting: Setting, reading: Reading): WrappedPlan {
  const { describer, section, loader, globals, locals, name, type, chain } = reading
  const at = valuePlace(section.options.get('filter-with'))
  const filter = describeMember(describer, { type: 'filter', name: String(setting.value), at, globals }, loader, chain)
  return {
    kind: 'filter-with',
    type,
    name,
    section: section.name,
    where: section.where,
    globals,
    locals,
    filters: [filter],
    app: plan,
  }
}

function protocolOfPrefix(section: string, type: ObjectType): Protocol {
  return /^composite?:/u.test(section) ? 'paste.composite_factory' : protocols[type][0]
}

function take(conf: Conf, name: string): Setting | undefined {
  const setting = conf.get(name)
  conf.delete(name)
  return setting
}

function missingKey({ section, loader }: Reading, key: 'next' | 'pipeline', expected: string): SlipwayError {
  const code = key === 'next' ? 'SLIPWAY_PASTE_FILTER_APP' : 'SLIPWAY_PASTE_PIPELINE'
  return new SlipwayError(code, `[${section.name}] has no "${key}"`, {
    where: section.where,
    expected: `${key} = ${expected}`,
    original: `The [${section.name}] section in ${loader.file} is missing a '${key}' setting`,
  })
}

function cycle(section: IniSection, at: Where | null, links: readonly string[]): SlipwayError {
  const names = links.map((link) => link.slice(link.lastIndexOf('[')))
  return new SlipwayError('SLIPWAY_PASTE_CYCLE', `[${section.name}] leads back to itself: ${names.join(' -> ')}`, {
    where: at ?? section.where,
    expected: 'an end to the chain',
    original: 'maximum recursion depth exceeded',
  })
}
