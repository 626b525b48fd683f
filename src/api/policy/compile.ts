// Trees → functions. Every reference is resolved here, cycles and missing rules with it: a decision looks up one name
// and then only calls. A tree that need not wait for anybody makes no promise.
import type { Check, Tree, Verdict } from './tree.ts'

const always: Check = () => true
const never: Check = () => false

/** Where references lead: the tree of the rule, or null where following it would never end, or leads nowhere. */
export type Resolve = (from: string, name: string) => { readonly name: string; readonly tree: Tree } | null

interface Compiled {
  readonly check: Check
  readonly waits: boolean
}

/** Makes the functions of a set of rules, each once. The set must have no endless references: `resolve` sees to that. */
export class Compiler {
  readonly #resolve: Resolve
  readonly #made = new Map<string, Compiled>()

  constructor(resolve: Resolve) {
    this.#resolve = resolve
  }

  compile(name: string, tree: Tree): Check {
    return this.#rule(name, tree, false).check
  }

  /** A rule that stands below a `not` is another function where a part of it is broken. */
  #rule(name: string, tree: Tree, ifBroken: boolean): Compiled {
    const key = `${ifBroken ? 'not ' : ''}${name}`
    const made = this.#made.get(key) ?? this.#tree(name, tree, ifBroken)
    this.#made.set(key, made)
    return made
  }

  /** @param ifBroken what a part is that cannot be decided: the answer that does not help to allow */
  #tree(rule: string, tree: Tree, ifBroken: boolean): Compiled {
    switch (tree.kind) {
      case 'true':
        return { check: always, waits: false }
      case 'false':
        return { check: never, waits: false }
      case 'broken':
        return { check: ifBroken ? always : never, waits: false }
      case 'check':
        return { check: tree.bind(ifBroken), waits: tree.waits }
      case 'rule': {
        const found = this.#resolve(rule, tree.name)
        return found
          ? this.#rule(found.name, found.tree, ifBroken)
          : this.#tree(rule, { kind: 'broken', text: '' }, ifBroken)
      }
      case 'not': {
        const { check, waits } = this.#tree(rule, tree.part, !ifBroken)
        return {
          check: waits ? notLater(check) : (target, credentials, name) => !check(target, credentials, name),
          waits,
        }
      }
      case 'and':
      case 'or': {
        const parts = tree.parts.map((part) => this.#tree(rule, part, ifBroken))
        const waits = parts.some((part) => part.waits)
        const checks = parts.map(({ check }) => check)
        return { check: (waits ? joinLater : join)(checks, tree.kind === 'or'), waits }
      }
    }
  }
}

/** @param stop the answer that decides: true for `or` */
function join(checks: readonly Check[], stop: boolean): Check {
  const [first = never, second = never] = checks
  if (checks.length === 2) {
    return stop
      ? (target, credentials, rule) => first(target, credentials, rule) || second(target, credentials, rule)
      : (target, credentials, rule) => first(target, credentials, rule) && second(target, credentials, rule)
  }
  return (target, credentials, rule) => {
    for (const check of checks) if (check(target, credentials, rule) === stop) return stop
    return !stop
  }
}

/** One after the other, as the written order may matter to whoever is asked. */
function joinLater(checks: readonly Check[], stop: boolean): Check {
  return (target, credentials, rule) => {
    const from = (start: number): Verdict => {
      for (let i = start; i < checks.length; i += 1) {
        const verdict = checks[i]?.(target, credentials, rule) ?? !stop
        if (typeof verdict !== 'boolean') return verdict.then((one) => (one === stop ? stop : from(i + 1)))
        if (verdict === stop) return stop
      }
      return !stop
    }
    return from(0)
  }
}

function notLater(check: Check): Check {
  return (target, credentials, rule) => {
    const verdict = check(target, credentials, rule)
    return typeof verdict === 'boolean' ? !verdict : verdict.then((one) => !one)
  }
}
