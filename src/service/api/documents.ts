// The plugin behind /v1/documents: what the collection's controller calls. It joins rows and contents; bodies are
// checked and policy is asked before it is called.
import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { ListOptions } from '../../api/attributes/list-run.ts'
import { Conflict, NotFound } from '../../api/responses/http-errors.ts'
import type { RequestContext } from '../../middleware/request-context.ts'
import {
  createDocument,
  deleteDocument,
  type DocumentColumn,
  type DocumentRow,
  findDocument,
  listDocuments,
  updateDocument,
} from '../db/documents.ts'
import type { ServiceTables } from '../db/tables.ts'
import type { Stores } from '../stores/open.ts'

/** A document as clients see it. */
interface Document {
  readonly id: string
  readonly project_id: string
  readonly name: string
  readonly content?: string
  readonly created_at: string
  readonly updated_at: string | null
}

type Context = RequestContext | undefined

export interface PluginParts {
  readonly db: Kysely<ServiceTables>
  readonly stores: Stores
  /** Whether a caller's queries are about the documents of all projects. */
  readonly seesAll: (context: Context) => boolean | Promise<boolean>
}

/** How often a change is tried again that came second to another one. */
const tries = 3

export class DocumentsPlugin {
  readonly nativeSortingSupport = true
  readonly nativePaginationSupport = true
  readonly nativeFilteringSupport = true
  readonly supportedExtensionAliases = ['os-documents']
  readonly #db: Kysely<ServiceTables>
  readonly #stores: Stores
  readonly #seesAll: PluginParts['seesAll']

  constructor({ db, stores, seesAll }: PluginParts) {
    this.#db = db
    this.#stores = stores
    this.#seesAll = seesAll
  }

  async getDocuments(context: Context, options: ListOptions): Promise<Document[]> {
    const { filters, fields, sorts = [], limit = null, marker = null, page_reverse: isReverse = false } = options
    const projectId = await this.#scope(context)
    const rows = await listDocuments(this.#db, {
      projectId,
      filters,
      sorts: sorts.map(({ key, dir }) => ({ column: key as DocumentColumn, direction: dir })),
      limit,
      marker: marker === null ? null : await this.#row(marker, projectId),
      isReverse,
    })
    const isWanted = fields.length === 0 || fields.includes('content')
    return Promise.all(rows.map((row) => this.#document(row, isWanted)))
  }

  async getDocument(context: Context, id: string): Promise<Document> {
    return this.#document(await this.#row(id, await this.#scope(context)), true)
  }

  async createDocument(_: Context, { document }: { readonly document: NewDocument }): Promise<Document> {
    const { chosen } = this.#stores
    const store = await this.#stores.get(chosen)
    const id = randomUUID()
    const { project_id: projectId, name, content } = document
    const kept = await store.put(id, content)
    try {
      const row = await createDocument(this.#db, { id, project_id: projectId, name, content: kept, store: chosen })
      return shown(row, content)
    } catch (error) {
      await store.remove(id, kept)
      throw error
    }
  }

  async updateDocument(
    context: Context,
    id: string,
    { document: { name, content } }: { readonly document: Partial<NewDocument> },
  ): Promise<Document> {
    const { chosen } = this.#stores
    const changes = {
      ...(name !== undefined && { name }),
      ...(content !== undefined && { content: await (await this.#stores.get(chosen)).put(id, content), store: chosen }),
    }
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const read = await this.#row(id, await this.#scope(context))
      const row = await updateDocument(this.#db, read, changes)
      if (row === null) continue
      if (content !== undefined) await this.#forget(read)
      return this.#document(row, true)
    }
    if (changes.content !== undefined) await (await this.#stores.get(chosen)).remove(id, changes.content)
    throw new Conflict(`Document ${id} is being changed by somebody else.`)
  }

  async deleteDocument(context: Context, id: string): Promise<void> {
    for (let attempt = 0; attempt < tries; attempt += 1) {
      if (await deleteDocument(this.#db, await this.#row(id, await this.#scope(context)))) return
    }
    throw new Conflict(`Document ${id} is being changed by somebody else.`)
  }

  /** The project that queries are about. What belongs to none belongs to nobody. */
  async #scope(context: Context): Promise<string | null> {
    return (await this.#seesAll(context)) ? null : (context?.projectId ?? '')
  }

  async #row(id: string, projectId: string | null): Promise<DocumentRow> {
    const row = await findDocument(this.#db, id, projectId)
    if (row === null) throw new NotFound(`Document ${id} could not be found.`)
    return row
  }

  async #document(row: DocumentRow, isWhole: boolean): Promise<Document> {
    if (!isWhole) return shown(row)
    const store = await this.#stores.get(row.store)
    return shown(row, await store.get(row.id, row.content))
  }

  /** The content that a row had before. */
  async #forget({ id, store, content }: DocumentRow): Promise<void> {
    await (await this.#stores.get(store)).remove(id, content)
  }
}

export interface NewDocument {
  readonly project_id: string
  readonly name: string
  readonly content: string
}

function shown(row: DocumentRow, content?: string): Document {
  const { id, project_id, name, created_at: created, updated_at: updated } = row
  return {
    id,
    project_id,
    name,
    ...(content !== undefined && { content }),
    created_at: created.toISOString(),
    updated_at: updated?.toISOString() ?? null,
  }
}
