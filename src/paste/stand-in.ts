// Stand-ins for factories that are not there, so that the pipelines of any deployment file can be
// tried: filters pass on, apps answer with where the request arrived, composites do what their settings suggest.
import { type App, json } from '../http/index.ts'
import type { BuildOptions, BuiltObject } from './build.ts'
import { compositeKind } from './composites.ts'
import { isComposite, localsOf, type FactoryPlan, type Plan } from './plan.ts'
import { SlipwayError } from '../errors.ts'
import { chooseStrategy } from './strategy-choice.ts'
import { filtersPassed } from './trace.ts'
import { createUrlmap, type MountedApp } from './urlmap.ts'
import { parseMount } from './mount.ts'

/** `unresolved`: only for factories that are not there; `all`: for every app and filter. */
export type StandInMode = 'unresolved' | 'all'

/** The `replace` of a build that uses stand-ins. */
export function standIns(
  mode: StandInMode,
  choice: Pick<BuildOptions, 'config'> & { flavour?: string | undefined },
): NonNullable<BuildOptions['replace']> {
  return async (plan, buildApp): Promise<BuiltObject | null> => {
    const isMissing = plan.factory.target === null
    if (isComposite(plan.protocol)) {
      const isOurs = compositeKind(plan) !== null
      return isMissing || (mode === 'all' && !isOurs)
        ? { type: 'app', app: await standInComposite(plan, buildApp, choice) }
        : null
    }
    if (!isMissing && mode !== 'all') return null
    switch (plan.type) {
      case 'app':
        return { type: 'app', app: standInApp(plan) }
      case 'filter':
        return { type: 'filter', filter: (app) => (req) => app(req) }
      case 'server':
        return null
    }
  }
}

function standInApp(plan: FactoryPlan): App {
  const { section, name } = plan
  const settings = localsOf(plan)
  return (req) =>
    json({
      section: section ?? name,
      scriptName: req.scriptName,
      pathInfo: req.pathInfo,
      filters: filtersPassed(req),
      settings: { ...settings },
    })
}

/** Keys that are paths make a urlmap; else the parts are taken for pipelines of which the configuration chooses one. */
async function standInComposite(
  plan: FactoryPlan,
  buildApp: (plan: Plan) => Promise<App>,
  { config, flavour }: { config: BuildOptions['config']; flavour?: string | undefined },
): Promise<App> {
  const parts = [...plan.parts]
  const mounted = parts.filter(([key]) => key.startsWith('/') || key.startsWith('domain '))
  if (mounted.length > 0) {
    const mounts: MountedApp[] = []
    for (const [key, part] of mounted) mounts.push({ ...parseMount(key), app: await buildApp(part) })
    return createUrlmap(mounts, null)
  }
  if (parts.length === 0) return standInApp(plan)
  const { key } = chooseStrategy({
    keys: parts.map(([name]) => name),
    config,
    flavour,
    section: plan.section ?? plan.name,
    where: plan.where,
  })
  const chosen = plan.parts.get(key)
  if (!chosen) {
    throw new SlipwayError('SLIPWAY_PASTE_STAND_IN', `composite "${plan.name}" has no part "${key}"`, {
      where: plan.where,
    })
  }
  return buildApp(chosen)
}
