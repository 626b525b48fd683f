// Which path of a deployment file tells whether the service wants requests: where its healthcheck stands, as an
// app below a path or as a filter. Reads the plan; runs no code of the project.
import type { Config } from '../config/index.ts'
import type { Distribution } from '../entrypoints/distribution.ts'
import { describe } from '../paste/describe.ts'
import { type FactoryPlan, isFactoryPlan, type Plan, settingText } from '../paste/plan.ts'
import { rootsOf } from './target.ts'

export interface HealthSearch {
  readonly config: Config
  readonly project: Distribution
}

/** The first that an app of the file reaches, being one that no other app refers to; null when there is none. */
export function healthPath(file: string, { config, project }: HealthSearch): string | null {
  for (const name of rootsOf(file)) {
    const { plan } = describe('app', `config:${encodeURI(file).replaceAll('#', '%23')}`, {
      name,
      projects: [project],
      config,
    })
    const found = pathIn(plan, '', config)
    if (found !== null) return found
  }
  return null
}

function pathIn(plan: Plan, prefix: string, config: Config): string | null {
  switch (plan.kind) {
    case 'broken':
    case 'server':
      return null
    case 'pipeline':
    case 'filter-app':
    case 'filter-with': {
      const filters = plan.filters.filter(isFactoryPlan).filter(isHealthcheck)
      return (
        filters.map((one) => filterPath(one, prefix, config)).find((path) => path !== null) ??
        pathIn(plan.app, prefix, config)
      )
    }
    case 'app':
      return isHealthcheck(plan) ? prefix || '/' : null
    case 'filter':
      return null
    case 'composite':
      return pathInParts(plan, prefix, config)
  }
}

function pathInParts({ parts, choice }: FactoryPlan, prefix: string, config: Config): string | null {
  for (const [key, part] of parts) {
    // What is not chosen cannot be reached; a mount for one host is not asked by that name.
    if ((choice !== null && key !== choice.key) || /^https?:/u.test(key)) continue
    const inner = key.startsWith('/') ? prefix + key.replace(/\/$/u, '') : prefix
    const found = pathIn(part, inner, config)
    if (found !== null) return found
  }
  return null
}

function isHealthcheck({ factory }: FactoryPlan): boolean {
  return /(?:^|[./_-])healthcheck$/u.test(factory.target?.reference.module ?? '')
}

/** The filter compares the whole path: below another it is never asked for its own. */
function filterPath(plan: FactoryPlan, prefix: string, config: Config): string | null {
  const entry = config.entries().find(({ group, name }) => group === 'healthcheck' && name === 'path')
  const configured = typeof entry?.value === 'string' ? entry.value : '/healthcheck'
  const path = settingText(plan.locals.get('path')) || configured
  return prefix === '' || path.startsWith(`${prefix}/`) ? path : null
}
