// The settings of [database] as a configuration gives them.
import { databaseGroup, type DatabaseSettings } from '../../src/db/options.ts'

/** The defaults, with what is given. */
export function databaseSettings(given: Partial<DatabaseSettings>): DatabaseSettings {
  const defaults = Object.entries(databaseGroup.options).map(([name, { default: value }]) => [name, value ?? null])
  return { ...(Object.fromEntries(defaults) as DatabaseSettings), ...given }
}
