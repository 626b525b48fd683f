// The filter `extensions` of deployment files: `use = egg:slipway#extensions`. It loads what is installed and what lies in
// folders, and puts it in front of the app. Runs in workers.
import { dirname } from 'node:path'
import { group, list, str, type ValuesOf } from '../../config/index.ts'
import type { FactoryContext, Filter, FilterFactory, GlobalConf } from '../../http/index.ts'
import { errorFault, type Fault, neutronFault, novaFault } from '../responses/faults.ts'
import { extensionFilter } from './filter.ts'
import { ExtensionManager } from './manager.ts'

export const apiExtensionsGroup = group('api_extensions', {
  api_extensions_path: str({
    default: '',
    deprecatedNames: ['DEFAULT.api_extensions_path'],
    help: 'Folders with extensions, with ":" between them; relative ones are below the folder of the deployment file.',
  }),
  entry_points: str({
    default: 'slipway.api_extensions',
    help: 'The group of entry points by which packages offer extensions; empty for none.',
  }),
  selected: list({
    default: [],
    deprecatedNames: ['DEFAULT.osapi_compute_ext_list'],
    help: 'Extensions that are loaded, by alias or by the name of their class; all unless set.',
  }),
  path_prefix: str({ default: '', help: 'What stands before the paths of extensions: /{project_id}.' }),
  errors: str({
    default: 'error',
    choices: ['error', 'nova', 'neutron'],
    help: 'How errors look: {"error": …}, or as those of nova or neutron.',
  }),
})

export type ApiExtensionsSettings = ValuesOf<typeof apiExtensionsGroup>

const faults: Readonly<Record<string, Fault>> = { error: errorFault, nova: novaFault, neutron: neutronFault() }

async function makeFilter(
  _globalConf: GlobalConf,
  settings: ApiExtensionsSettings,
  { where, log }: FactoryContext,
): Promise<Filter> {
  const base = where === null ? process.cwd() : dirname(where.file)
  const manager = await ExtensionManager.load({
    path: settings.api_extensions_path,
    base,
    group: settings.entry_points || null,
    from: base,
    selected: settings.selected.length > 0 ? settings.selected : null,
    log,
  })
  const fault = faults[settings.errors] ?? errorFault
  return extensionFilter(manager, { pathPrefix: settings.path_prefix, resource: { fault, log } })
}

/** `paste.filter_factory` */
export const filterFactory = Object.assign(makeFilter, {
  options: apiExtensionsGroup,
}) satisfies FilterFactory<ApiExtensionsSettings>
