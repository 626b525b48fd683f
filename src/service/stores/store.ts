// Where the contents of documents are kept: the contract of the drivers in the group `service.content_stores`. One is
// chosen by `[documents] store`; a row remembers its own, so that another choice later loses nothing.
import type { Config } from '../../config/index.ts'
import { drivers, type Drivers } from '../../entrypoints/drivers.ts'

export interface ContentStore {
  /** Keeps the content of a document; answers what its row is to hold. */
  put(id: string, content: string): Promise<string>
  /** As `get`, for stores whose rows hold the content itself: a list has many, and waits for none. */
  atHand?(kept: string): string
  /** What `put` was given, from what it answered. */
  get(id: string, kept: string): Promise<string>
  /** Forgets it, if the row was all that led there. */
  remove(id: string, kept: string): Promise<void>
}

/** A class that is constructed with the configuration. */
export const contentStores: Drivers<ContentStore, [Config]> = drivers('service.content_stores', {
  from: import.meta.url,
})
