// Namespaces → groups in the order in which a reference lists them: DEFAULT first, the others by name, with
// the namespaces that each has options from. What sample file and reference documents are made of. Pure.
import { foldGroup } from './names.ts'
import type { Namespace } from './namespaces.ts'
import type { Option } from './option.ts'

/** A group with everything that the namespaces put into it. */
export interface CatalogueGroup {
  /** As files spell it. */
  readonly name: string
  /** As its declaration spells it: names of variables follow that. */
  readonly declaredName: string
  readonly help: string | null
  readonly parts: readonly CataloguePart[]
}

export interface CataloguePart {
  readonly namespace: string
  /** In the order of declaration, advanced ones last. */
  readonly options: readonly CatalogueOption[]
}

export interface CatalogueOption {
  readonly name: string
  readonly option: Option
}

interface OpenGroup {
  readonly declaredName: string
  readonly helps: Set<string>
  readonly parts: Map<string, Map<string, Option>>
}

/** Options that no file can set, subcommands, are left out, and so are groups without options. */
export function catalogueOf(namespaces: readonly Namespace[]): CatalogueGroup[] {
  const groups = new Map<string, OpenGroup>([['DEFAULT', openGroup('DEFAULT')]])
  for (const { name: namespace, groups: members } of namespaces) {
    for (const { name, options, help } of members) {
      const settable = Object.entries(options).filter(([, { kind }]) => kind !== 'subcommand')
      if (settable.length === 0) continue
      const open = getOrAdd(groups, foldGroup(name), () => openGroup(name))
      if (help !== null) open.helps.add(help)
      const part = getOrAdd(open.parts, namespace, () => new Map<string, Option>())
      for (const [optionName, option] of settable) part.set(optionName, option)
    }
  }
  const names = [...groups.keys()].filter((name) => name !== 'DEFAULT').toSorted(byCode)
  return ['DEFAULT', ...names].map((name) => closedGroup(name, groups.get(name) ?? openGroup(name)))
}

function openGroup(declaredName: string): OpenGroup {
  return { declaredName, helps: new Set(), parts: new Map() }
}

function closedGroup(name: string, { declaredName, helps, parts }: OpenGroup): CatalogueGroup {
  // Each of several texts speaks of its own part only.
  const [help = null] = helps.size === 1 ? helps : []
  const namespaces = [...parts.keys()].toSorted(byCode)
  return {
    name,
    declaredName,
    help,
    parts: namespaces.map((namespace) => ({ namespace, options: inOrder(parts.get(namespace) ?? new Map()) })),
  }
}

function inOrder(options: ReadonlyMap<string, Option>): CatalogueOption[] {
  const all = Array.from(options, ([name, option]) => ({ name, option }))
  return [...all.filter(({ option }) => !option.advanced), ...all.filter(({ option }) => option.advanced)]
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function getOrAdd<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
