// The composite of nova, neutron, tacker, cinder, glance and heat that takes one of several
// pipelines by configuration (`pipeline_factory`).
import type { CompositeFactory } from '../http/factory.ts'
import type { App, Filter } from '../http/index.ts'
import { splitWords } from '../ini/scanner.ts'
import { chooseStrategy } from './strategy-choice.ts'
import { wrapFilter } from './wrap-filter.ts'

export const pipelineFactory: CompositeFactory = async (
  loader,
  _globalConf,
  settings,
  { config, flavour, section, where },
) => {
  const { key } = chooseStrategy({ keys: Object.keys(settings), config, flavour, section, where })
  const names = splitWords(settings[key] ?? '').map(({ word }) => word)
  const filters: Filter[] = []
  for (const name of names.slice(0, -1)) filters.push(await loader.getFilter(name))
  let app: App = await loader.getApp(names.at(-1))
  for (const filter of filters.toReversed()) app = await wrapFilter(filter, app)
  return app
}
