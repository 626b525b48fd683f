// The policies that hold: what files say over what the service declares, with old names and old defaults taken into
// account, every rule compiled. Made whole and never changed: a new set takes the place of the old one.
import { closeNames } from '../../diagnostic.ts'
import { type Diagnostic, diagnostic, type Where } from '../../errors.ts'
import { type CheckKit, checkReader } from './checks.ts'
import { Compiler } from './compile.ts'
import type { DeprecatedPolicy, PolicyDeclaration, ScopeType } from './declare.ts'
import { parseRule, type ReadCheck } from './parse.ts'
import type { FileRule, PolicyText } from './policy-text.ts'
import { followReferences, type References, type RuleText } from './references.ts'
import { type Check, type Fault, type ParsedRule, type PlaceOf, renderTree, type Tree } from './tree.ts'

export interface PolicyRule {
  readonly name: string
  readonly check: Check
  readonly tree: Tree
  /** As it was written, a text or a list; of a new and an old default the two joined. */
  readonly source: unknown
  readonly scopeTypes: readonly ScopeType[] | null
  /** `deprecated`: the default of the service and its old one, or what the file says under an old name. */
  readonly origin: 'file' | 'default' | 'deprecated'
  readonly where: Where | null
}

export interface PolicySet {
  readonly rules: ReadonlyMap<string, PolicyRule>
  /** Decides on names that are not there. */
  readonly fallback: PolicyRule | null
  /** What the files say, the later over the earlier. */
  readonly fileRules: ReadonlyMap<string, FileRule>
  readonly resolve: References['resolve']
  readonly problems: readonly Diagnostic[]
}

export interface PolicySetParts {
  readonly declarations: ReadonlyMap<string, PolicyDeclaration>
  readonly texts: readonly PolicyText[]
  readonly kit: CheckKit
  readonly defaultRule: string
  readonly enforcesNewDefaults: boolean
}

interface Draft extends RuleText {
  readonly source: unknown
  readonly origin: PolicyRule['origin']
  readonly where: Where | null
}

export function buildPolicySet(parts: PolicySetParts): PolicySet {
  const { declarations, texts, defaultRule } = parts
  const fileRules = new Map(texts.flatMap(({ rules }) => rules.map((one): [string, FileRule] => [one.name, one])))
  const builder = new Builder(parts, fileRules)
  for (const rule of fileRules.values()) builder.addFromFile(rule)
  for (const declaration of declarations.values()) builder.addDeclared(declaration)
  const { drafts } = builder
  const { resolve, problems } = followReferences(drafts, defaultRule)
  const compiler = new Compiler(resolve)
  const rules = new Map(
    Array.from(drafts, ([name, { tree, source, origin, where }]): [string, PolicyRule] => [
      name,
      {
        name,
        check: compiler.compile(name, tree),
        tree,
        source,
        scopeTypes: declarations.get(name)?.scopeTypes ?? null,
        origin,
        where,
      },
    ]),
  )
  const unknown = unknownNames(parts, fileRules, drafts)
  return {
    rules,
    fallback: rules.get(defaultRule) ?? null,
    fileRules,
    resolve,
    problems: [...texts.flatMap((text) => text.problems), ...builder.problems, ...problems, ...unknown],
  }
}

const nowhere: PlaceOf = () => null

class Builder {
  readonly drafts = new Map<string, Draft>()
  readonly problems: Diagnostic[] = []
  readonly #parts: PolicySetParts
  readonly #files: ReadonlyMap<string, FileRule>
  readonly #readCheck: ReadCheck

  constructor(parts: PolicySetParts, files: ReadonlyMap<string, FileRule>) {
    this.#parts = parts
    this.#files = files
    this.#readCheck = checkReader(parts.kit)
  }

  addFromFile({ name, value, placeOf, nameWhere }: FileRule): void {
    const parsed = this.#parse(name, value, placeOf)
    this.drafts.set(name, { ...parsed, source: value, placeOf, origin: 'file', where: nameWhere })
    const removal = this.#parts.declarations.get(name)?.deprecatedForRemoval
    if (!removal) return
    const message = `policy "${name}" was deprecated in ${removal.since} and will not be asked any more: ${removal.reason}`
    this.problems.push(diagnostic('warning', 'SLIPWAY_POLICY_DEPRECATED', message, { where: nameWhere }))
  }

  /** After all of the files. */
  addDeclared(declaration: PolicyDeclaration): void {
    const { name, deprecatedRule: old } = declaration
    if (old && old.name !== name) this.#tellOldName(declaration, old)
    if (this.drafts.get(name)?.origin === 'file') return
    const own = { ...this.#parse(name, declaration.check, nowhere), ...inCode, source: declaration.check }
    const renamed = old && this.#underOldName(name, old)
    if (renamed) this.drafts.set(name, { ...renamed, origin: 'deprecated' })
    else if (old && !this.#parts.enforcesNewDefaults && !isSame(old.check, declaration.check)) {
      const joined = either(own, this.#parse(name, old.check, nowhere))
      this.drafts.set(name, { ...joined, ...inCode, source: renderTree(joined.tree), origin: 'deprecated' })
    } else this.drafts.set(name, { ...own, origin: 'default' })
  }

  /** What the file says of the old name, unless that only points to the new one. */
  #underOldName(name: string, old: DeprecatedPolicy): Draft | null {
    const draft = old.name === name ? undefined : this.drafts.get(old.name)
    return draft?.origin === 'file' && renderTree(draft.tree) !== `rule:${name}` ? draft : null
  }

  #tellOldName({ name }: PolicyDeclaration, old: DeprecatedPolicy): void {
    const rule = this.#files.get(old.name)
    if (!rule) return
    const since = old.since === undefined ? '' : ` since ${old.since}`
    const message = `policy "${old.name}" is called "${name}"${since}`
    this.problems.push(
      diagnostic(
        'warning',
        'SLIPWAY_POLICY_DEPRECATED',
        old.reason === undefined ? message : `${message}: ${old.reason}`,
        {
          where: rule.nameWhere,
          hint: 'slipway policy upgrade writes the file with the new names',
        },
      ),
    )
  }

  #parse(name: string, value: unknown, placeOf: PlaceOf): ParsedRule {
    const parsed = parseRule(value, this.#readCheck)
    for (const fault of parsed.faults) this.problems.push(faultProblem(name, fault, placeOf))
    return parsed
  }
}

const inCode = { placeOf: nowhere, where: null } as const

function either(a: ParsedRule, b: ParsedRule): Pick<ParsedRule, 'tree' | 'depth'> {
  return { tree: { kind: 'or', parts: [a.tree, b.tree] }, depth: Math.max(a.depth, b.depth) + 1 }
}

function isSame(a: DeprecatedPolicy['check'], b: DeprecatedPolicy['check']): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function faultProblem(name: string, { message, at, length, found, expected }: Fault, placeOf: PlaceOf): Diagnostic {
  return diagnostic('error', 'SLIPWAY_POLICY_RULE', `${message} in policy "${name}"`, {
    where: placeOf(at, length),
    found,
    expected,
    hint: 'what cannot be understood never helps to allow',
  })
}

/** Names in files that nobody asks for: not the service, and no other rule. */
function unknownNames(
  { declarations, defaultRule }: PolicySetParts,
  fileRules: ReadonlyMap<string, FileRule>,
  drafts: ReadonlyMap<string, Draft>,
): Diagnostic[] {
  if (declarations.size === 0) return []
  const known = new Set([...declarations.keys(), defaultRule])
  for (const { deprecatedRule } of declarations.values()) if (deprecatedRule) known.add(deprecatedRule.name)
  for (const { tree } of drafts.values()) addReferences(tree, known)
  return Array.from(fileRules.values()).flatMap(({ name, nameWhere: where }) =>
    known.has(name)
      ? []
      : diagnostic('warning', 'SLIPWAY_POLICY_UNKNOWN', `nothing asks for policy "${name}"`, {
          where,
          alternatives: () => closeNames(name, declarations.keys()),
        }),
  )
}

function addReferences(tree: Tree, names: Set<string>): void {
  if (tree.kind === 'rule') names.add(tree.name)
  else if (tree.kind === 'not') addReferences(tree.part, names)
  else if (tree.kind === 'and' || tree.kind === 'or') for (const part of tree.parts) addReferences(part, names)
}

/** Rules of files that say what the service's default says. */
export function redundantRules(
  { rules, fileRules }: PolicySet,
  declarations: PolicySetParts['declarations'],
  kit: CheckKit,
): FileRule[] {
  const readCheck = checkReader(kit)
  return [...fileRules.values()].filter(({ name }) => {
    const declared = declarations.get(name)
    const inForce = rules.get(name)
    return declared && inForce && renderTree(parseRule(declared.check, readCheck).tree) === renderTree(inForce.tree)
  })
}
