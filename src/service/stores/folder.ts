// The content in a file of its own, its name in the row: for contents that other programs read too. A new content gets a
// new file, so that a write that fails, or comes second, leaves what was there.
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../../config/index.ts'
import { documentsGroup } from '../opts.ts'
import type { ContentStore } from './store.ts'

export class FolderStore implements ContentStore {
  readonly #folder: string

  constructor(config: Config) {
    this.#folder = config.get(documentsGroup).store_folder
  }

  async put(id: string, content: string): Promise<string> {
    await mkdir(this.#folder, { recursive: true, mode: 0o750 })
    const name = `${id}.${randomUUID()}`
    const file = join(this.#folder, name)
    // Nobody sees half of it: the name comes with the whole content.
    await writeFile(`${file}.new`, content, { mode: 0o640 })
    await rename(`${file}.new`, file)
    return name
  }

  get(_: string, kept: string): Promise<string> {
    return readFile(join(this.#folder, kept), 'utf-8')
  }

  async remove(_: string, kept: string): Promise<void> {
    await rm(join(this.#folder, kept), { force: true })
  }
}
