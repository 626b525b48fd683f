// The content stores of a running service: the chosen one is there from the start, so that a wrong name ends it; those
// that only older documents need come with the first of these.
import type { Config } from '../../config/index.ts'
import { documentsGroup } from '../opts.ts'
import { type ContentStore, contentStores } from './store.ts'

export interface Stores {
  /** The name of the store that new contents go to. */
  readonly chosen: string
  get(name: string): Promise<ContentStore>
  /** One that is there already. */
  loaded(name: string): ContentStore | undefined
}

/** @throws SlipwayError SLIPWAY_PLUGIN_MISSING with the names there are, at the option's place */
export async function openStores(config: Config): Promise<Stores> {
  const loading = new Map<string, Promise<ContentStore>>()
  const loaded = new Map<string, ContentStore>()
  const { store: chosen } = config.get(documentsGroup)
  const load = async (name: string): Promise<ContentStore> => {
    const store = await contentStores.load(name, config)
    loaded.set(name, store)
    return store
  }
  const get = (name: string): Promise<ContentStore> => {
    const store = loading.get(name) ?? load(name)
    loading.set(name, store)
    return store
  }
  await get(chosen)
  return { chosen, get, loaded: (name) => loaded.get(name) }
}
