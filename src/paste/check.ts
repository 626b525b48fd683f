// Everything wrong with a deployment file, found without running a factory: what describing finds,
// factories that are not there, settings that a factory does not know, and what a reader should be told.
import { type Diagnostic, diagnostic, isSlipwayError, type Where } from '../errors.ts'
import { type IniFile, type IniOption, type IniSection, parseConfigParser, placeIn, readText } from '../ini/index.ts'
import { type AnyFactory, loadFactory } from './build.ts'
import { describe, type DescribeOptions } from './describe.ts'
import { ownDistribution } from '../entrypoints/aliases.ts'
import { type FactoryPlan, innerPlans, isFactoryPlan, type ObjectType, type Plan } from './plan.ts'
import { parseMount } from './mount.ts'
import { compositeKind } from './composites.ts'
import { orderProblems } from './order.ts'
import { settingProblems } from './settings.ts'

export interface CheckOptions extends Omit<DescribeOptions, 'name' | 'everyStrategy'> {
  /** Only what this app reaches; without it every section of the file. */
  readonly name?: string | undefined
  /** Imports the user's factories too, to see what settings they declare. Ours always are. */
  readonly imports?: boolean
}

/** All problems of a file, errors and warnings, in the order of their places; each once. */
export async function checkFile(file: string, options: CheckOptions = {}): Promise<Diagnostic[]> {
  const ini = readIni(file)
  if (!('sections' in ini)) return ini
  const roots = options.name === undefined ? rootsOf(ini) : [{ type: 'app' as const, name: options.name }]
  const uri = `config:${file.replaceAll('%', '%25')}`
  const everyStrategy = options.config === undefined && options.flavour === undefined
  const described = roots.map(({ type, name }) => describe(type, uri, { ...options, everyStrategy, name }))
  const plans = described.flatMap(({ plan }) => allPlans(plan))
  const factories = plans.filter(isFactoryPlan)
  const declared = await declarations(factories, options.imports ?? false)
  const problems = [
    ...described.flatMap(({ problems: found }) => found),
    ...factories.flatMap(({ factory }) => factory.fault?.problems ?? []),
    ...declared.problems,
    ...described.flatMap(({ plan }) => orderProblems(plan, (one) => declared.factories.get(one))),
    ...factories.flatMap(mountProblems),
    ...commentProblems(ini),
    ...(options.name === undefined
      ? unusedProblems(
          ini,
          described.map(({ plan }) => plan),
          (plan) => declared.factories.get(plan)?.place?.isSpare === true,
        )
      : []),
  ]
  return inOrder(problems)
}

function readIni(file: string): IniFile | Diagnostic[] {
  try {
    return parseConfigParser(readText(file, { purpose: 'deployment file' }), file)
  } catch (error) {
    if (isSlipwayError(error) && error.code.startsWith('SLIPWAY_INI')) return [...error.problems]
    throw error
  }
}

const kinds: Readonly<Record<string, ObjectType>> = {
  app: 'app',
  application: 'app',
  composite: 'app',
  composit: 'app',
  pipeline: 'app',
  'filter-app': 'app',
  filter: 'filter',
  server: 'server',
}

/** Every section that describes an object. */
function rootsOf(ini: IniFile): { type: ObjectType; name: string }[] {
  return [...ini.sections.keys()].flatMap((section) => {
    const colon = section.indexOf(':')
    const type = colon === -1 ? undefined : kinds[section.slice(0, colon)]
    return type === undefined ? [] : [{ type, name: section.slice(colon + 1).trim() }]
  })
}

function allPlans(plan: Plan): Plan[] {
  return [plan, ...innerPlans(plan).flatMap(allPlans)]
}

interface Declarations {
  readonly factories: ReadonlyMap<Plan, AnyFactory>
  readonly problems: readonly Diagnostic[]
}

/** What factories declare, and the settings against it. A factory that cannot be imported is a problem of its own. */
async function declarations(plans: readonly FactoryPlan[], imports: boolean): Promise<Declarations> {
  const own = ownDistribution().folder
  const problems: Diagnostic[] = []
  const factories = new Map<Plan, AnyFactory>()
  for (const plan of plans) {
    const { target } = plan.factory
    if (!target || (!imports && target.distribution.folder !== own)) continue
    try {
      const factory = await loadFactory(plan)
      factories.set(plan, factory)
      if (factory.options) problems.push(...settingProblems(plan, factory.options))
    } catch (error) {
      if (!isSlipwayError(error)) throw error
      problems.push(...error.problems)
    }
  }
  return { factories, problems }
}

/** Mounts that are equal once `//` and the last slash are gone: the last wins. */
function mountProblems(plan: FactoryPlan): Diagnostic[] {
  if (compositeKind(plan) !== 'urlmap') return []
  const seen = new Map<string, Where | null>()
  return [...plan.locals].flatMap(([key, { where }]) => {
    if (key === 'not_found_app' || !plan.parts.has(key)) return []
    const mount = mountOf(key)
    const first = mount === null ? undefined : seen.get(mount)
    if (mount !== null) seen.set(mount, where)
    if (first === undefined) return []
    const parts = { where, found: `it replaces the mount in line ${first?.line}`, expected: 'one app at a path' }
    return diagnostic('warning', 'SLIPWAY_PASTE_MOUNT', `"${key}" is mounted twice in [${plan.section}]`, parts)
  })
}

function mountOf(key: string): string | null {
  try {
    const { domain, path } = parseMount(key)
    return `${domain ?? ''} ${path}`
  } catch (error) {
    if (isSlipwayError(error)) return null
    throw error
  }
}

/** `value  # why`: the comment is part of the value. */
function commentProblems(ini: IniFile): Diagnostic[] {
  const options: { section: string; option: IniOption }[] = [
    ...[...ini.defaults.values()].map((option) => ({ section: 'DEFAULT', option })),
    ...[...ini.sections.values()].flatMap((section) =>
      [...section.options.values()].map((option) => ({ section: section.name, option })),
    ),
  ]
  return options.flatMap(({ section, option }) => {
    const comment = /[ \t]([#;][^\n]*)/u.exec(option.value)
    if (!comment) return []
    return diagnostic(
      'warning',
      'SLIPWAY_PASTE_COMMENT',
      `the value of "${option.name}" in [${section}] holds what looks like a comment`,
      {
        where: placeIn(option, comment.index + 1, comment[1]?.length ?? 1),
        found: 'it is part of the value',
        expected: 'comments on lines of their own',
      },
    )
  })
}

/** Filters and apps that nothing refers to while other sections are referred to; roots are for the command line to name. */
function unusedProblems(ini: IniFile, plans: readonly Plan[], isSpare: (plan: Plan) => boolean): Diagnostic[] {
  const spare = new Set(plans.filter(isSpare).map((plan) => plan.section))
  const referred = new Set(plans.flatMap(innerPlans).flatMap(allPlans).map(placeKey))
  const names = new Map(plans.map((plan) => [plan.section, placeKey(plan)]))
  return [...ini.sections.values()].flatMap((section: IniSection) => {
    const key = names.get(section.name)
    const isUsed = key !== undefined && (referred.has(key) || usedByName(ini, section))
    if (!section.name.startsWith('filter:') || isUsed || spare.has(section.name)) return []
    const parts = { where: section.where, hint: 'remove it, or put it into a pipeline' }
    return diagnostic('warning', 'SLIPWAY_PASTE_UNUSED', `nothing refers to [${section.name}]`, parts)
  })
}

function placeKey({ where, type }: Plan): string {
  return `${type} ${where?.file}:${where?.line}`
}

/** `use = name`, `filter-with = name`, and any word of any value: an unknown composite may load it. */
function usedByName(ini: IniFile, section: IniSection): boolean {
  const name = section.name.slice(section.name.indexOf(':') + 1).trim()
  return [...ini.sections.values()].some(
    (other) => other !== section && [...other.options.values()].some(({ value }) => value.split(/\s+/u).includes(name)),
  )
}

function inOrder(problems: readonly Diagnostic[]): Diagnostic[] {
  const key = ({ where, code, message }: Diagnostic) =>
    `${where?.file}:${where?.line}:${where?.column} ${code} ${message}`
  const once = [...new Map(problems.toReversed().map((problem) => [key(problem), problem])).values()].toReversed()
  const file = ({ where }: Diagnostic) => where?.file ?? ''
  return once.toSorted(
    (a, b) =>
      (file(a) < file(b) ? -1 : Number(file(a) > file(b))) ||
      (a.where?.line ?? 0) - (b.where?.line ?? 0) ||
      (a.where?.column ?? 0) - (b.where?.column ?? 0),
  )
}
