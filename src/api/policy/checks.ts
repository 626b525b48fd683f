// The kinds of checks, each made once per rule text: role, rule, comparisons of the credentials with the target,
// and those that a project registers. Those of neutron are in field-check.ts and owner-check.ts, http in remote-check.ts.
import { messageOf } from '../../diagnostic.ts'
import type { ReadCheck } from './parse.ts'
import { fieldLeaf, type FieldConverter } from './field-check.ts'
import { type LoadParent, ownerLeaf } from './owner-check.ts'
import { type AskRemote, remoteLeaf } from './remote-check.ts'
import { literalText, parseTemplate, pythonText, type Template } from './template.ts'
import type { Check, Fault, Leaf, PolicyValues, Tree } from './tree.ts'

/**
 * Makes the checks of a kind that a project has of its own: called once for each `kind:match` of a rule, while rules
 * are loaded. What it throws makes the check `!` and is reported.
 */
export type CheckFactory = (kind: string, match: string) => Check

export type CheckFactories = Readonly<Record<string, CheckFactory>>

/** What checks need besides their text. */
export interface CheckKit {
  readonly own: ReadonlyMap<string, CheckFactory>
  readonly ask: AskRemote
  readonly loadParent: LoadParent | null
  readonly convertField: FieldConverter | null
}

/** The reader of `kind:match` for parseRule. */
export function checkReader(kit: CheckKit): ReadCheck {
  return (kind, match, at, faults) => {
    if (kind === 'rule' && !kit.own.has(kind)) return { kind: 'rule', name: match, at }
    const leaf = leafOf(kit, kind, match, at)
    if ('kind' in leaf) return leaf
    faults.push(leaf)
    return { kind: 'broken', text: `${kind}:${match}` } satisfies Tree
  }
}

function leafOf(kit: CheckKit, kind: string, match: string, at: number): Leaf | Fault {
  const own = kit.own.get(kind)
  if (own) return ownLeaf(own, kind, match, at)
  if (kind === 'field') return fieldLeaf(match, at, kit.convertField)
  const text = `${kind}:${match}`
  const isRemote = kind === 'http' || kind === 'https'
  const template = isRemote ? parseTemplate(text, at) : parseTemplate(match, at + kind.length + 1)
  if ('message' in template) return template
  if (isRemote) return remoteLeaf(text, template, kit.ask)
  if (kind === 'role') return roleLeaf(text, template)
  const plain = comparisonLeaf(text, kind, template)
  return kind === 'tenant_id' && kit.loadParent ? ownerLeaf(plain, template, kit.loadParent) : plain
}

/** A project's own check: what its factory throws is the fault of the rule. */
function ownLeaf(factory: CheckFactory, kind: string, match: string, at: number): Leaf | Fault {
  const text = `${kind}:${match}`
  try {
    const made: (...args: Parameters<Check>) => unknown = factory(kind, match)
    // It may be written in plain JavaScript: nothing but true allows.
    const check: Check = (target, credentials, rule) => {
      const verdict = made(target, credentials, rule)
      return verdict instanceof Promise ? verdict.then((one) => one === true) : verdict === true
    }
    return { kind: 'check', text, waits: true, bind: () => check, describe: () => '' }
  } catch (error) {
    const reason = messageOf(error)
    return { message: `the check "${text}" cannot be made: ${reason}`, at, length: text.length }
  }
}

/** Case does not count. */
function roleLeaf(text: string, template: Template): Leaf {
  const [isOpen] = template.keys
  const fixed = isOpen === undefined ? (template.render({})?.toLowerCase() ?? '') : null
  const check: Check =
    fixed === null
      ? (target, credentials) => {
          const role = template.render(target)?.toLowerCase()
          return role !== undefined && hasRole(credentials, role)
        }
      : (_target, credentials) => hasRole(credentials, fixed)
  return {
    kind: 'check',
    text,
    waits: false,
    bind: () => check,
    describe(target, { roles }) {
      const missing = missingKey(template, target)
      if (missing !== null) return missing
      return `the roles are ${Array.isArray(roles) && roles.length > 0 ? roles.map(pythonText).join(', ') : 'none'}`
    },
  }
}

function hasRole(credentials: PolicyValues, wanted: string): boolean {
  const { roles } = credentials
  if (!Array.isArray(roles)) return false
  for (const role of roles as readonly unknown[]) {
    if (role === wanted || (typeof role === 'string' && role.toLowerCase() === wanted)) return true
  }
  return false
}

/** `project_id:%(project_id)s`: a path into the credentials, or a value, against the template. Texts are compared. */
function comparisonLeaf(text: string, side: string, template: Template): Leaf {
  const value = literalText(side)
  const check: Check =
    value !== null
      ? (target) => template.render(target) === value
      : side.includes('.')
        ? pathCheck(side.split('.'), template)
        : keyCheck(side, template)
  return {
    kind: 'check',
    text,
    waits: false,
    bind: () => check,
    describe(target, credentials) {
      const missing = missingKey(template, target)
      if (missing !== null) return missing
      const right = `the target says "${template.render(target)}"`
      if (value !== null) return right
      const left = side.split('.').reduce<unknown>(inner, credentials)
      return left === undefined
        ? `the credentials have no "${side}"`
        : `${side} is "${pythonText(left)}", ${template.keys.length === 0 ? 'wanted is' : 'the target says'} "${template.render(target)}"`
    },
  }
}

/** Nearly all comparisons: one name on the left. */
function keyCheck(key: string, template: Template): Check {
  return (target, credentials) => {
    const right = template.render(target)
    if (right === null) return false
    const left = credentials[key]
    if (typeof left === 'string') return left === right
    return left !== undefined && Object.hasOwn(credentials, key) && isFound(left, [], right)
  }
}

function pathCheck(path: readonly string[], template: Template): Check {
  return (target, credentials) => {
    const right = template.render(target)
    return right !== null && isFoundBelow(credentials, path, right)
  }
}

/** Of a list any item may match. */
function isFound(value: unknown, path: readonly string[], wanted: string): boolean {
  if (Array.isArray(value)) return value.some((item) => isItem(item, path, wanted))
  return isItem(value, path, wanted)
}

function isItem(value: unknown, path: readonly string[], wanted: string): boolean {
  return path.length === 0 ? pythonText(value) === wanted : isFoundBelow(value, path, wanted)
}

function isFoundBelow(value: unknown, [key = '', ...rest]: readonly string[], wanted: string): boolean {
  const found = inner(value, key)
  return found !== undefined && isFound(found, rest, wanted)
}

/** Undefined for what is not there; nothing is taken from prototypes. */
function inner(value: unknown, key: string): unknown {
  const isInside = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, key)
  return isInside ? (value as PolicyValues)[key] : undefined
}

function missingKey(template: Template, target: PolicyValues): string | null {
  if (template.render(target) !== null) return null
  const missing = template.keys.find((key) => !Object.hasOwn(target, key) || target[key] === undefined)
  return `the target has no "${missing ?? ''}"`
}
