// Kinds of checks that installed packages bring: entry points of oslo.policy's group. Loaded once, when a service starts.
import { ExtensionManager } from '../../entrypoints/managers.ts'
import type { CheckFactories, CheckFactory } from './checks.ts'

/** oslo.policy's name, so that manifests need no second one. */
const checkGroup = 'oslo.policy.rule_checks'

/**
 * The checks that packages and the project offer, for `createEnforcer(conf, { checks })`. Each is a function
 * `(kind, match) => (target, credentials, rule) => boolean`.
 * @param from a folder or a module's URL of the project; the project that the process runs unless given
 */
export async function loadRuleChecks(from?: string): Promise<CheckFactories> {
  const manager = await ExtensionManager.load<CheckFactory>(checkGroup, { from })
  return Object.fromEntries(Array.from(manager, ({ name, plugin }) => [name, plugin as CheckFactory]))
}
