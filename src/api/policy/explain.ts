// Why a policy allows or denies: its tree with the outcome of each part. For the tools and for people who debug; a
// request is decided by the compiled function. Parts that the outcome does not depend on are not asked.
import type { PolicyRule, PolicySet } from './policy-set.ts'
import { type PolicyValues, renderTree, type Tree } from './tree.ts'

export interface ExplainedPart {
  readonly kind: Tree['kind']
  /** In the rule language: `role:admin`. */
  readonly text: string
  /** Null when it was not asked any more. */
  readonly outcome: boolean | null
  /** What was compared, or why the part cannot be decided. */
  readonly why: string | null
  readonly parts: readonly ExplainedPart[]
}

interface Question {
  readonly set: PolicySet
  readonly target: PolicyValues
  readonly credentials: PolicyValues
  readonly rule: string
}

export async function explainRule(
  rule: PolicyRule,
  name: string,
  about: Omit<Question, 'rule'>,
): Promise<ExplainedPart> {
  return explain(rule.tree, rule.name, { ...about, rule: name }, false)
}

/** @param ifBroken as in compile.ts */
async function explain(tree: Tree, inside: string, about: Question, ifBroken: boolean): Promise<ExplainedPart> {
  const part = { kind: tree.kind, text: renderTree(tree), why: null, parts: [] }
  switch (tree.kind) {
    case 'true':
    case 'false':
      return { ...part, outcome: tree.kind === 'true' }
    case 'broken':
      return { ...part, text: tree.text, outcome: ifBroken, why: 'it cannot be understood' }
    case 'check': {
      const { target, credentials, rule } = about
      const why = tree.describe(target, credentials)
      return { ...part, outcome: await tree.bind(ifBroken)(target, credentials, rule), why: why === '' ? null : why }
    }
    case 'rule': {
      const found = about.set.resolve(inside, tree.name)
      if (!found) return { ...part, outcome: ifBroken, why: 'it leads nowhere' }
      const inner = await explain(found.tree, found.name, about, ifBroken)
      const why = found.name === tree.name ? null : `it is not defined, "${found.name}" decides`
      return { ...part, outcome: inner.outcome, why, parts: [inner] }
    }
    case 'not': {
      const inner = await explain(tree.part, inside, about, !ifBroken)
      return { ...part, outcome: inner.outcome === null ? null : !inner.outcome, parts: [inner] }
    }
    case 'and':
    case 'or': {
      const stop = tree.kind === 'or'
      const parts: ExplainedPart[] = []
      for (const one of tree.parts) {
        const isDecided = parts.some(({ outcome }) => outcome === stop)
        parts.push(isDecided ? notAsked(one) : await explain(one, inside, about, ifBroken))
      }
      return { ...part, outcome: parts.some(({ outcome }) => outcome === stop) ? stop : !stop, parts }
    }
  }
}

function notAsked(tree: Tree): ExplainedPart {
  return { kind: tree.kind, text: renderTree(tree), outcome: null, why: null, parts: [] }
}
