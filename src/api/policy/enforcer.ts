// Decides who may do what: policies of the service and of its files against a target and whoever asks. Runs in
// workers. A decision touches no disk and makes no promise unless a check of the rule asks another server.
import type { Config } from '../../config/index.ts'
import { closeNames, renderWhere } from '../../diagnostic.ts'
import { type Diagnostic, SlipwayError } from '../../errors.ts'
import type { Logger } from '../../log/index.ts'
import type { CheckFactories, CheckKit } from './checks.ts'
import { type Credentials, policyValues } from './credentials.ts'
import { declarationsByName, type PolicyDeclaration, type ScopeType } from './declare.ts'
import { InvalidScope, PolicyNotAuthorized } from './denied.ts'
import { type ExplainedPart, explainRule } from './explain.ts'
import type { FieldConverter } from './field-check.ts'
import { policyGroup, type PolicySettings } from './options.ts'
import type { LoadParent } from './owner-check.ts'
import { listPolicies, missingProblems, type PolicyPlaces, placesOf, placesOfSettings, readPolicies } from './places.ts'
import type { FileRule, PolicyText } from './policy-text.ts'
import { buildPolicySet, type PolicyRule, type PolicySet, redundantRules } from './policy-set.ts'
import { remoteAsker } from './remote-check.ts'
import type { PolicyValues, Verdict } from './tree.ts'
import { PolicyWatch } from './watch.ts'

export interface EnforcerOptions {
  /** The policies that the service declares. */
  readonly rules?: Iterable<PolicyDeclaration> | undefined
  readonly log?: PolicyLog | undefined
  /** Kinds of checks of the project's own; see `loadRuleChecks` for those of installed packages. */
  readonly checks?: CheckFactories | undefined
  /** Fetches what `tenant_id:%(network:tenant_id)s` compares, where the target does not have it. */
  readonly loadParent?: LoadParent | undefined
  /** Gives the value of `field:` checks the type of its attribute. */
  readonly convertField?: FieldConverter | undefined
  /** False: files are read once. Default true. */
  readonly watches?: boolean | undefined
}

export type PolicyLog = Pick<Logger, 'info' | 'warn' | 'error'>

export interface Explanation {
  readonly rule: string
  readonly allowed: boolean
  /** Which policy decided: another one when the rule is not defined, null when there is none. */
  readonly decidedBy: string | null
  readonly origin: PolicyRule['origin'] | null
  readonly where: PolicyRule['where']
  /** Null when the scope of the token is right, or does not count. */
  readonly scope: { readonly wanted: readonly ScopeType[]; readonly given: ScopeType } | null
  readonly tree: ExplainedPart | null
}

const silent: PolicyLog = { info: () => undefined, warn: () => undefined, error: () => undefined }

/**
 * Reads the policies that `[oslo_policy]` names, and keeps them as the files have them.
 * @param conf a configuration, or settings of that group: paths count from the working folder, and what is not named is not read
 * @throws SlipwayError SLIPWAY_POLICY_FILE for a file that cannot be read; SLIPWAY_POLICY_DECLARATION
 */
export function createEnforcer(conf: Config | Partial<PolicySettings>, options: EnforcerOptions = {}): Enforcer {
  if ('findFile' in conf) return new Enforcer(conf.get(policyGroup), placesOf(conf), options)
  const settings = { ...defaults(), ...conf }
  return new Enforcer(settings, placesOfSettings(conf), options)
}

function defaults(): PolicySettings {
  const { options } = policyGroup
  return Object.fromEntries(
    Object.entries(options).map(([name, { default: value }]) => [name, value ?? null]),
  ) as unknown as PolicySettings
}

export class Enforcer {
  readonly #settings: PolicySettings
  readonly #declarations: ReadonlyMap<string, PolicyDeclaration>
  readonly #kit: CheckKit
  readonly #log: PolicyLog
  readonly #watch: PolicyWatch
  readonly #scopesTold = new Set<string>()
  #set: PolicySet
  /** Why the files as they are now are not in force, or a file that is missed. */
  #refused: readonly Diagnostic[]

  /** Use `createEnforcer`. */
  constructor(settings: PolicySettings, places: PolicyPlaces, options: EnforcerOptions) {
    const { rules = [], log = silent, checks = {}, loadParent = null, convertField = null } = options
    this.#settings = settings
    this.#log = log
    this.#declarations = declarationsByName(rules)
    this.#kit = { own: new Map(Object.entries(checks)), ask: remoteAsker(settings, log), loadParent, convertField }
    const listing = listPolicies(places)
    this.#set = this.#build(readPolicies(listing))
    this.#refused = missingProblems(places, listing)
    this.#tell(this.problems())
    this.#watch = new PolicyWatch(places, listing, {
      changed: (texts, listing) => this.#takeOver(texts, missingProblems(places, listing)),
      broken: (problems) => this.#refuse(problems),
      mended: () => this.#mended(),
    })
    if (options.watches ?? true) this.#watch.start()
  }

  /**
   * Whether the policy allows it; false for a name that is not defined and has no default rule. A promise only when the
   * rule, or one that it refers to, asks a server or a check of the project's own that waits.
   * @param target what the operation is on: `{ project_id, user_id, … }`
   */
  enforce(rule: string, target: PolicyValues, credentials: Credentials): Verdict {
    const values = policyValues(credentials)
    const found = this.#set.rules.get(rule) ?? this.#set.fallback
    if (found === null) return false
    if (found.scopeTypes !== null && found.name === rule && !this.#isInScope(found, values)) return false
    return found.check(target, values, rule)
  }

  /**
   * As `enforce`, of a policy that the service declares, and a denial is thrown.
   * @throws PolicyNotAuthorized, InvalidScope (403); SlipwayError SLIPWAY_POLICY_DECLARATION for a name that was never declared
   */
  authorize(rule: string, target: PolicyValues, credentials: Credentials): true | Promise<true> {
    if (!this.#declarations.has(rule)) throw this.#undeclared(rule)
    const verdict = this.enforce(rule, target, credentials)
    if (verdict === true) return true
    if (verdict === false) throw this.#denied(rule, credentials)
    return verdict.then((isAllowed) => {
      if (isAllowed) return true
      throw this.#denied(rule, credentials)
    })
  }

  /** Why a decision falls as it does: the tree of the rule with the outcome of each part. */
  async explain(rule: string, target: PolicyValues, credentials: Credentials): Promise<Explanation> {
    const values = policyValues(credentials)
    const set = this.#set
    const found = set.rules.get(rule) ?? set.fallback
    if (!found) return { rule, allowed: false, decidedBy: null, origin: null, where: null, scope: null, tree: null }
    const given = scopeOf(values)
    const wanted = found.name === rule ? found.scopeTypes : null
    const scope = wanted === null || wanted.includes(given) ? null : { wanted, given }
    const tree = await explainRule(found, rule, { set, target, credentials: values })
    const isOutOfScope = scope !== null && this.#settings.enforce_scope
    const allowed = tree.outcome === true && !isOutOfScope
    return { rule, allowed, decidedBy: found.name, origin: found.origin, where: found.where, scope, tree }
  }

  /** What is wrong with the policies: of those in force, and why an edit of the files was not taken over. */
  problems(): readonly Diagnostic[] {
    return [...this.#refused, ...this.#set.problems]
  }

  /** The policies in force, by name. */
  rules(): ReadonlyMap<string, PolicyRule> {
    return this.#set.rules
  }

  /** Whether a default rule decides on names that are not defined. */
  get hasDefault(): boolean {
    return this.#set.fallback !== null
  }

  /** What files say that the service's defaults say as well. */
  redundant(): readonly FileRule[] {
    return redundantRules(this.#set, this.#declarations, this.#kit)
  }

  /** Looks at the files now instead of within a second. */
  async refresh(): Promise<void> {
    await this.#watch.look()
  }

  /** Stops looking at the files. */
  close(): void {
    this.#watch.stop()
  }

  #build(texts: readonly PolicyText[]): PolicySet {
    const { policy_default_rule: defaultRule, enforce_new_defaults: enforcesNewDefaults } = this.#settings
    return buildPolicySet({ declarations: this.#declarations, texts, kit: this.#kit, defaultRule, enforcesNewDefaults })
  }

  #takeOver(texts: readonly PolicyText[], missing: readonly Diagnostic[]): void {
    const set = this.#build(texts)
    this.#set = set
    this.#refused = missing
    this.#log.info({ files: texts.map(({ file }) => file) }, 'the policies have changed')
    this.#tell(set.problems)
  }

  #refuse(problems: readonly Diagnostic[]): void {
    this.#refused = problems
    this.#tell(problems)
    this.#log.error('the policies stay as they were: the files as they are now cannot be used')
  }

  #mended(): void {
    this.#refused = []
    this.#log.info('the policy files are as they were')
  }

  #tell(problems: readonly Diagnostic[]): void {
    for (const { severity, code, message, where, hint } of problems) {
      const place = where ? { where: renderWhere(where) } : {}
      const about = { code, ...place, ...(hint === null ? {} : { hint }) }
      this.#log[severity === 'error' ? 'error' : 'warn'](about, where ? `${message} (${renderWhere(where)})` : message)
    }
  }

  #isInScope({ name, scopeTypes }: PolicyRule, values: PolicyValues): boolean {
    const given = scopeOf(values)
    if (scopeTypes === null || scopeTypes.includes(given)) return true
    if (this.#settings.enforce_scope) return false
    const key = `${given} ${name}`
    if (!this.#scopesTold.has(key)) {
      this.#scopesTold.add(key)
      const message = `policy "${name}" is for a scope of ${scopeTypes.join(' or ')} and was asked with a token of ${given} scope`
      this.#log.warn({ code: 'SLIPWAY_POLICY_SCOPE', hint: 'enforce_scope will deny this' }, message)
    }
    return true
  }

  #denied(rule: string, credentials: Credentials): PolicyNotAuthorized | InvalidScope {
    const wanted = this.#set.rules.get(rule)?.scopeTypes ?? null
    const given = scopeOf(policyValues(credentials))
    const isOutOfScope = this.#settings.enforce_scope && wanted !== null && !wanted.includes(given)
    return isOutOfScope ? new InvalidScope(rule, wanted, given) : new PolicyNotAuthorized(rule)
  }

  #undeclared(rule: string): SlipwayError {
    return new SlipwayError('SLIPWAY_POLICY_DECLARATION', `policy "${rule}" is not declared`, {
      alternatives: () => closeNames(rule, this.#declarations.keys()),
      hint: 'give it to createEnforcer among the rules, or ask with enforce()',
      original: `Policy ${rule} has not been registered`,
    })
  }
}

function scopeOf(values: PolicyValues): ScopeType {
  if (values.system) return 'system'
  return values.domain_id ? 'domain' : 'project'
}
