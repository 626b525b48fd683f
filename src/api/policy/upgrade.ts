// A policy file with the names that policies have now, and as YAML with the help of each. Pure. Comments of the old file
// are not kept: they stand with nothing that a program could tell.
import type { PolicyDeclaration } from './declare.ts'
import { renderTree, type Tree } from './tree.ts'
import type { FileRule } from './policy-text.ts'
import { helpOf, type PolicySection, renderRules, ruleLine } from './sample.ts'

export interface Upgraded {
  readonly rules: ReadonlyMap<string, unknown>
  /** Old names that were replaced, with what they are called now. */
  readonly renamed: ReadonlyMap<string, readonly string[]>
}

/** @param treeOf reads a rule */
export function upgradeRules(
  rules: readonly FileRule[],
  declarations: Iterable<PolicyDeclaration>,
  treeOf: (rule: unknown) => Tree,
): Upgraded {
  const upgraded = new Map(rules.map(({ name, value }): [string, unknown] => [name, value]))
  const renamed = new Map<string, string[]>()
  for (const { name, deprecatedRule: old } of declarations) {
    if (!old || old.name === name || !rules.some((rule) => rule.name === old.name)) continue
    const value = rules.find((rule) => rule.name === old.name)?.value
    renamed.set(old.name, [...(renamed.get(old.name) ?? []), name])
    // What the file says of the new name counts already; a mere pointer to it says nothing.
    if (!upgraded.has(name) && renderTree(treeOf(value)) !== `rule:${name}`) upgraded.set(name, value)
  }
  const needed = new Set(
    Array.from(upgraded, ([name, value]) => (renamed.has(name) ? [] : namesIn(treeOf(value)))).flat(),
  )
  for (const name of renamed.keys()) if (!needed.has(name)) upgraded.delete(name)
  return { rules: upgraded, renamed }
}

function namesIn(tree: Tree): string[] {
  switch (tree.kind) {
    case 'rule':
      return [tree.name]
    case 'not':
      return namesIn(tree.part)
    case 'and':
    case 'or':
      return tree.parts.flatMap(namesIn)
    default:
      return []
  }
}

/** As oslopolicy-convert-json-to-yaml writes it: the service's policies in their order, what equals the default commented out. */
export function renderUpgraded(
  { rules }: Upgraded,
  sections: readonly PolicySection[],
  isDefault: (rule: unknown, declaration: PolicyDeclaration) => boolean,
): string {
  const rest = new Map(rules)
  const parts: string[] = []
  for (const { rules: declared } of sections.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    for (const declaration of declared) {
      const { name } = declaration
      if (!rest.has(name)) continue
      const value = rest.get(name)
      rest.delete(name)
      parts.push(`${helpOf(declaration)}${isDefault(value, declaration) ? '#' : ''}${ruleLine(name, value)}\n\n`)
    }
  }
  if (rest.size > 0) {
    const heading =
      parts.length > 0 ? '# These are no policies of the service, but what others refer to, or old.\n' : ''
    parts.push(`${heading}${renderRules([...rest], 'yaml')}`)
  }
  return parts.join('')
}
