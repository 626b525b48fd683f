// The settings that a factory gets: the text of its section, or, when it declares options, typed
// values from the section, the globals, the group of the configuration, and the defaults.
import { type Config, type Option, type OptionGroup, parseSetting } from '../config/index.ts'
import { closeNames } from '../diagnostic.ts'
import { type Diagnostic, diagnostic, errorOf, isSlipwayError, type Where } from '../errors.ts'
import { type FactoryPlan, localsOf } from './plan.ts'

/** What oslo.middleware's factories take beside their options: they would read the service's files again; ours have its configuration. */
const ignored = new Set(['oslo_config_project', 'oslo_config_program', 'oslo_config_file'])

/**
 * @throws SlipwayError SLIPWAY_PASTE_SETTING, SLIPWAY_CONFIG_VALUE with all problems of the section
 */
export function settingsOf(
  plan: FactoryPlan,
  options: OptionGroup | undefined,
  config: Config,
): Readonly<Record<string, unknown>> {
  if (!options) return localsOf(plan)
  const { values, problems } = readSettings(plan, options)
  if (problems.some(({ severity }) => severity === 'error')) throw errorOf(problems)
  return { ...config.get(options), ...values }
}

/** The problems of a section's settings against the options that its factory declares. What only a Python original knows is ignored with a warning. */
export function settingProblems(plan: FactoryPlan, options: OptionGroup): Diagnostic[] {
  return readSettings(plan, options).problems
}

function readSettings(
  plan: FactoryPlan,
  group: OptionGroup,
): { values: Record<string, unknown>; problems: Diagnostic[] } {
  const values: Record<string, unknown> = {}
  const problems: Diagnostic[] = []
  const names = Object.keys(group.options)
  const severity = plan.factory.target?.isAlias ? 'warning' : 'error'
  // Globals count too, as in oslo.middleware, but nobody is told about a global that this factory does not know.
  const settings = [...[...plan.globals].filter(([name]) => names.includes(optionName(name))), ...plan.locals]
  for (const [name, setting] of settings) {
    const option = group.options[optionName(name)]
    if (option && names.includes(optionName(name))) {
      if (option.deprecatedForRemoval) problems.push(deprecated(name, option, setting.where))
      try {
        values[optionName(name)] =
          typeof setting.value === 'string' ? parseSetting(option, setting.value) : setting.value
      } catch (error) {
        if (!isSlipwayError(error)) throw error
        problems.push(...error.located(option.secret ? withoutText(setting.where) : setting.where).problems)
      }
    } else if (!ignored.has(name)) {
      problems.push(
        diagnostic(severity, 'SLIPWAY_PASTE_SETTING', `"${name}" is no setting of ${plan.factory.text}`, {
          where: setting.where,
          expected: expectedNames(group),
          alternatives: closeNames(name, names),
        }),
      )
    }
  }
  return { values, problems }
}

/** Of many, those that are close say more than all. */
function expectedNames({ name, options }: OptionGroup): string {
  const names = Object.keys(options)
  if (names.length === 0) return 'no settings'
  return names.length > 20 ? `one of the ${names.length} options of [${name}]` : `one of ${names.join(', ')}`
}

/** The place of a secret: its line is not shown. */
function withoutText(where: Where | null): Where | null {
  if (!where) return null
  const { text: _secret, ...place } = where
  return place
}

function deprecated(name: string, { deprecatedForRemoval, secret }: Option, where: Where | null): Diagnostic {
  return diagnostic('warning', 'SLIPWAY_CONFIG_DEPRECATED', `setting "${name}" is deprecated and will be removed`, {
    where: secret ? withoutText(where) : where,
    hint: deprecatedForRemoval?.reason,
  })
}

/** A setting may be spelt with dashes, as on a command line. */
function optionName(name: string): string {
  return name.replaceAll('-', '_')
}
