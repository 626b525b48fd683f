// Which policy rules a collection asks for, and what a denial means: an object that the caller cannot see does not
// exist for him (404), what he may not do to one that he sees is forbidden (403). Runs in workers.
import type { RequestContext } from '../../middleware/index.ts'
import { PolicyNotAuthorized } from '../policy/denied.ts'
import type { Enforcer } from '../policy/enforcer.ts'
import type { FieldConverter } from '../policy/field-check.ts'
import { NotFound } from '../responses/http-errors.ts'
import {
  ATTR_NOT_SPECIFIED,
  type Attribute,
  type AttributeMap,
  type ResourceAttributeMap,
  type ResourceData,
} from './attribute-map.ts'
import { identityOf } from './depth.ts'
import type { MethodNames } from './plugin-methods.ts'
import { isDict } from './validator.ts'

/** Whoever decides: an enforcer of rules, or a few lines of a test. */
export interface Policy {
  authorize(context: RequestContext | undefined, rule: string, target: ResourceData): boolean | Promise<boolean>
  /** Whether there is such a rule. Without this, only attributes with `enforce_policy` have a `get_x:attr` rule. */
  has?(rule: string): boolean
}

/** The rules of an enforcer. Nobody (no identity filter in the pipeline) has no roles and no project. */
export function enforcerPolicy(enforcer: Pick<Enforcer, 'enforce' | 'rules'>): Policy {
  return {
    authorize: (context, rule, target) => enforcer.enforce(rule, target, context ?? {}),
    has: (rule) => enforcer.rules().has(rule),
  }
}

/** For `createEnforcer`: what a `field:documents:shared=True` compares has the type of its attribute. */
export function fieldConverter(map: ResourceAttributeMap): FieldConverter {
  return (collection, field, text) => {
    const attributes = Object.hasOwn(map, collection) ? map[collection] : undefined
    const convert = attributes && Object.hasOwn(attributes, field) ? attributes[field]?.convert_to : undefined
    return convert ? convert(text) : text
  }
}

class NotVisible extends NotFound {
  override readonly name: string = 'HTTPNotFound'

  constructor() {
    super('The resource could not be found.')
  }
}

type Context = RequestContext | undefined
type View = ResourceData | Promise<ResourceData>

function partOf(item: ResourceData, names: readonly string[]): ResourceData {
  return Object.fromEntries(names.map((name) => [name, item[name]]))
}

export class CollectionPolicy {
  readonly #policy: Policy | null
  readonly #names: MethodNames
  readonly #attributes: AttributeMap

  constructor(policy: Policy | null, names: MethodNames, attributes: AttributeMap) {
    this.#policy = policy
    this.#names = names
    this.#attributes = attributes
  }

  /** @throws PolicyNotAuthorized */
  async checkCreate(context: Context, values: ResourceData, given: ReadonlySet<string>): Promise<void> {
    await this.#demand(context, this.#names.create, values, (name, attribute) => {
      return given.has(name) && !isDefault(values[name], attribute)
    })
  }

  /**
   * The rules see the object as it would become, but with the owner that it has.
   * @throws PolicyNotAuthorized, NotVisible
   */
  async checkUpdate(context: Context, existing: ResourceData, changes: ResourceData): Promise<void> {
    const owner = { tenant_id: existing.tenant_id, project_id: existing.project_id }
    const target = Object.assign(Object.create(null) as Record<string, unknown>, existing, changes, owner)
    await this.#orInvisible(context, existing, () =>
      this.#demand(context, this.#names.update, target, (name) => Object.hasOwn(changes, name)),
    )
  }

  /** @throws PolicyNotAuthorized, NotVisible */
  async checkDelete(context: Context, existing: ResourceData): Promise<void> {
    await this.#orInvisible(context, existing, () => this.#demand(context, this.#names.delete, existing, () => false))
  }

  /** @throws NotVisible */
  async checkShow(context: Context, existing: ResourceData): Promise<void> {
    if (!(await this.maySee(context, existing))) throw new NotVisible()
  }

  /** @throws PolicyNotAuthorized; the object is known to be visible */
  async checkAction(context: Context, rule: string, existing: ResourceData): Promise<void> {
    if (!(await this.#ask(context, rule, existing))) throw new PolicyNotAuthorized(rule)
  }

  maySee(context: Context, item: ResourceData): boolean | Promise<boolean> {
    return this.#ask(context, this.#names.show, item)
  }

  /**
   * Shows objects as this caller may see them. What is the same for all objects of a list is found out once: no promise,
   * and no copy where there is nothing to hide.
   */
  viewer(context: Context, wanted: ReadonlySet<string> | null): (item: ResourceData) => View {
    const rules = this.#readRules(wanted)
    const isGuarded = [...rules.values()].some((rule) => rule !== null)
    return (item) => {
      if (isGuarded) return this.#guardedView(context, item, rules)
      const names = Object.keys(item)
      const isVisible = (name: string): boolean => rules.has(name)
      return names.every(isVisible) ? item : partOf(item, names.filter(isVisible))
    }
  }

  /** The rule of each attribute that is shown at all; null where there is none. */
  #readRules(wanted: ReadonlySet<string> | null): ReadonlyMap<string, string | null> {
    const shown = Object.entries(this.#attributes).filter(
      ([name, { is_visible: isVisible }]) => isVisible === true && (wanted === null || wanted.has(name)),
    )
    return new Map(shown.map(([name]) => [name, this.#readRule(name)]))
  }

  async #guardedView(
    context: Context,
    item: ResourceData,
    rules: ReadonlyMap<string, string | null>,
  ): Promise<ResourceData> {
    const visible: string[] = []
    for (const name of Object.keys(item)) {
      const rule = rules.get(name)
      if (rule === undefined) continue
      const verdict = rule === null || this.#ask(context, rule, item)
      if (verdict === true || (verdict !== false && (await verdict))) visible.push(name)
    }
    return partOf(item, visible)
  }

  mayRead(context: Context, name: string, item: ResourceData): boolean | Promise<boolean> {
    const rule = this.#readRule(name)
    return rule === null ? true : this.#ask(context, rule, item)
  }

  #readRule(name: string): string | null {
    const policy = this.#policy
    if (policy === null) return null
    const rule = `${this.#names.show}:${name}`
    const hasRule = policy.has === undefined ? this.#attributes[name]?.enforce_policy === true : policy.has(rule)
    return hasRule ? rule : null
  }

  async #demand(
    context: Context,
    action: string,
    target: ResourceData,
    isGiven: (name: string, attribute: Attribute) => boolean,
  ): Promise<void> {
    const rules = [action]
    for (const [name, attribute] of Object.entries(this.#attributes)) {
      if (!attribute.enforce_policy || !isGiven(name, attribute)) continue
      rules.push(`${action}:${name}`)
      rules.push(...partsOf(target[name], attribute).map((part) => `${action}:${name}:${part}`))
    }
    for (const rule of rules) {
      if (!(await this.#ask(context, rule, target))) throw new PolicyNotAuthorized(rule)
    }
  }

  async #orInvisible(context: Context, existing: ResourceData, check: () => Promise<void>): Promise<void> {
    try {
      await check()
    } catch (error) {
      if (error instanceof PolicyNotAuthorized && !(await this.maySee(context, existing))) throw new NotVisible()
      throw error
    }
  }

  #ask(context: Context, rule: string, target: ResourceData): boolean | Promise<boolean> {
    return this.#policy === null ? true : this.#policy.authorize(context, rule, target)
  }
}

/** Clients send defaults back as they got them: that is no use of a right. */
function isDefault(value: unknown, attribute: Attribute): boolean {
  if (!Object.hasOwn(attribute, 'default') || attribute.default === ATTR_NOT_SPECIFIED) return false
  const identity = identityOf(value)
  const { default: plain, convert_to: convert } = attribute
  return identity === identityOf(plain) || (convert !== undefined && identity === identityOf(convert(plain)))
}

/** The keys of a dictionary that has key specs, or of the dictionaries in a list of them: each has a rule of its own. */
function partsOf(value: unknown, { validate = {} }: Attribute): string[] {
  const hasSpecs = Object.entries(validate).some(
    ([type, arg]) => (type.startsWith('type:dict') || type.startsWith('type:list_of_any_key_specs')) && Boolean(arg),
  )
  if (!hasSpecs) return []
  const dicts = Array.isArray(value) ? (value as unknown[]) : [value]
  return [...new Set(dicts.flatMap((one) => (isDict(one) ? Object.keys(one) : [])))]
}
