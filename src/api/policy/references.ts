// Which rule refers to which: what is not defined, what goes round in circles, what is too deep to follow. Found when
// rules are loaded, with a stack of its own; afterwards every reference that is left can be followed.
import { closeNames } from '../../diagnostic.ts'
import { type Diagnostic, diagnostic } from '../../errors.ts'
import type { Resolve } from './compile.ts'
import type { PlaceOf, Tree } from './tree.ts'

/** A rule that is in force, wherever it comes from. */
export interface RuleText {
  readonly tree: Tree
  readonly depth: number
  readonly placeOf: PlaceOf
}

/** Rules that refer to rules: a chain of so many steps is no policy but an attack on the stack. */
const longestChain = 500

export interface References {
  readonly resolve: Resolve
  readonly problems: readonly Diagnostic[]
}

interface Reference {
  readonly name: string
  readonly at: number
  /** What it leads to: the rule itself, else the default rule. */
  readonly to: string | null
}

/** @param defaultRule the name of the rule for names that are not defined */
export function followReferences(rules: ReadonlyMap<string, RuleText>, defaultRule: string): References {
  const references = new Map(
    Array.from(rules, ([name, { tree }]): [string, Reference[]] => [name, referencesIn(tree, rules, defaultRule)]),
  )
  const { groupOf, order } = circles(references)
  const tooDeep = chainsTooLong(rules, references, groupOf, order)
  const isCircle = (from: string, to: string) => groupOf.get(from) === groupOf.get(to)
  const problems = Array.from(references, ([from, list]) =>
    list.flatMap(({ name, at, to }) => {
      const place = rules.get(from)?.placeOf(at, `rule:${name}`.length) ?? null
      if (to !== null && tooDeep.has(from)) return tooDeepProblem(from, place)
      if (to !== null && isCircle(from, to)) return circleProblem(from, to, place)
      return rules.has(name) ? [] : undefinedProblem({ from, name, place, defaultRule: to }, rules.keys())
    }),
  )
  return {
    problems: problems.flat(),
    resolve(from, name) {
      const to = rules.has(name) ? name : defaultRule
      const rule = rules.get(to)
      return rule && !tooDeep.has(from) && !isCircle(from, to) ? { name: to, tree: rule.tree } : null
    },
  }
}

function referencesIn(tree: Tree, rules: ReadonlyMap<string, RuleText>, defaultRule: string): Reference[] {
  switch (tree.kind) {
    case 'rule': {
      const to = rules.has(tree.name) ? tree.name : rules.has(defaultRule) ? defaultRule : null
      return [{ name: tree.name, at: tree.at, to }]
    }
    case 'and':
    case 'or':
      return tree.parts.flatMap((part) => referencesIn(part, rules, defaultRule))
    case 'not':
      return referencesIn(tree.part, rules, defaultRule)
    default:
      return []
  }
}

interface Circles {
  /** Rules with the same group refer to one another, or a rule to itself; others are alone, without a group. */
  readonly groupOf: Pick<ReadonlyMap<string, unknown>, 'get'>
  /** Every rule after those that it refers to, circles aside. */
  readonly order: readonly string[]
}

interface Visit {
  readonly name: string
  readonly index: number
  low: number
  next: number
}

/** Tarjan's strongly connected components, with the calls in a list. */
function circles(references: ReadonlyMap<string, readonly Reference[]>): Circles {
  const groupOf = new Map<string, unknown>()
  const order: string[] = []
  const visits = new Map<string, Visit>()
  const open: string[] = []
  const isOpen = new Set<string>()
  for (const start of references.keys()) {
    const calls: Visit[] = visits.has(start) ? [] : [enter(start)]
    for (let visit = calls.at(-1); visit !== undefined; visit = calls.at(-1)) {
      const to = references.get(visit.name)?.[visit.next]?.to
      visit.next += 1
      if (to === undefined) {
        calls.pop()
        const caller = calls.at(-1)
        if (caller) caller.low = Math.min(caller.low, visit.low)
        if (visit.low === visit.index) leave(visit.name)
      } else if (to !== null) {
        const seen = visits.get(to)
        if (seen === undefined) calls.push(enter(to))
        else if (isOpen.has(to)) visit.low = Math.min(visit.low, seen.index)
      }
    }
  }
  return { groupOf, order }

  function enter(name: string): Visit {
    const visit = { name, index: visits.size, low: visits.size, next: 0 }
    visits.set(name, visit)
    open.push(name)
    isOpen.add(name)
    return visit
  }

  function leave(root: string): void {
    const group = Symbol(root)
    let name = ''
    do {
      name = open.pop() ?? root
      isOpen.delete(name)
      groupOf.set(name, group)
      order.push(name)
    } while (name !== root)
  }
}

function chainsTooLong(
  rules: ReadonlyMap<string, RuleText>,
  references: ReadonlyMap<string, readonly Reference[]>,
  groupOf: Circles['groupOf'],
  order: readonly string[],
): ReadonlySet<string> {
  const depths = new Map<string, number>()
  const tooDeep = new Set<string>()
  for (const name of order) {
    const inner = (references.get(name) ?? []).map(({ to }) =>
      to === null || groupOf.get(to) === groupOf.get(name) ? 0 : (depths.get(to) ?? 0),
    )
    const depth = (rules.get(name)?.depth ?? 0) + inner.reduce((most, one) => Math.max(most, one), 0)
    if (depth > longestChain) tooDeep.add(name)
    // Its references are cut, so that those above it count from here.
    depths.set(name, depth > longestChain ? 0 : depth)
  }
  return tooDeep
}

type Place = ReturnType<PlaceOf>

function circleProblem(from: string, to: string, where: Place): Diagnostic {
  const message =
    from === to ? `policy "${from}" refers to itself` : `policies "${from}" and "${to}" refer to each other`
  return diagnostic('error', 'SLIPWAY_POLICY_REFERENCE', message, {
    where,
    hint: 'this reference never helps to allow; take it out',
  })
}

function tooDeepProblem(from: string, where: Place): Diagnostic {
  return diagnostic('error', 'SLIPWAY_POLICY_REFERENCE', `policy "${from}" refers through too many others`, {
    where,
    expected: `chains of at most ${longestChain} steps`,
  })
}

interface Undefined {
  readonly from: string
  readonly name: string
  readonly place: Place
  readonly defaultRule: string | null
}

function undefinedProblem({ from, name, place, defaultRule }: Undefined, names: Iterable<string>): Diagnostic {
  const message = `policy "${from}" refers to "${name}", which is not defined`
  return diagnostic('error', 'SLIPWAY_POLICY_REFERENCE', message, {
    where: place,
    alternatives: () => closeNames(name, names),
    hint:
      defaultRule === null
        ? 'this reference never helps to allow'
        : `the default policy "${defaultRule}" decides instead`,
  })
}
