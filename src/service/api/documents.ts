// The plugin behind /v1/documents: what the collection's controller calls. It joins rows and contents; bodies are
// checked and policy is asked before it is called.
import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { ListOptions } from '../../api/attributes/list-run.ts'
import { Conflict, NotFound } from '../../api/responses/http-errors.ts'
import { HttpError } from '../../http/index.ts'
import type { RequestContext } from '../../middleware/request-context.ts'
import {
  createDocument,
  createDocuments,
  deleteDocument,
  type DocumentChanges,
  type DocumentColumn,
  type DocumentRow,
  findDocument,
  listDocuments,
  type NewDocument as NewRow,
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

/** As `randomUUID` writes them. */
const ownId = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/u

/** How often a change is tried again that came second to another one. */
const tries = 3

export class DocumentsPlugin {
  readonly nativeSortingSupport = true
  readonly nativePaginationSupport = true
  readonly nativeFilteringSupport = true
  readonly nativeBulkSupport = true
  readonly supportedExtensionAliases = ['os-documents']
  readonly #db: Kysely<ServiceTables>
  readonly #stores: Stores
  readonly #seesAll: PluginParts['seesAll']

  constructor({ db, stores, seesAll }: PluginParts) {
    this.#db = db
    this.#stores = stores
    this.#seesAll = seesAll
  }

  async getDocuments(context: Context, options: ListOptions): Promise<readonly Document[]> {
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
    const documents = rows.map((row) => this.#shown(row, isWanted))
    if (!documents.some((one) => one instanceof Promise)) return documents as Document[]
    return Promise.all(documents.map((one) => Promise.resolve(one)))
  }

  async getDocument(context: Context, id: string): Promise<Document> {
    return this.#shown(await this.#row(id, await this.#scope(context)), true)
  }

  async createDocument(_: Context, { document }: Created): Promise<Document> {
    const values = await this.#keep(document)
    try {
      return shown(await createDocument(this.#db, values), document.content)
    } catch (error) {
      await this.#forget(values)
      throw error
    }
  }

  async createDocumentBulk(_: Context, { documents }: { readonly documents: readonly Created[] }): Promise<Document[]> {
    const kept: NewRow[] = []
    try {
      for (const { document } of documents) kept.push(await this.#keep(document))
      const rows = await createDocuments(this.#db, kept)
      return rows.map((row, at) => shown(row, documents[at]?.document.content))
    } catch (error) {
      for (const values of kept) await this.#forget(values)
      throw error
    }
  }

  async updateDocument(context: Context, id: string, { document }: Changed): Promise<Document> {
    const { name, content } = document
    const kept = content === undefined ? null : await this.#put(id, content)
    const written = await this.#write(context, id, { ...(name !== undefined && { name }), ...kept }, kept)
    if (kept !== null) await this.#forget(written.before)
    return this.#shown(written.after, true)
  }

  async deleteDocument(context: Context, id: string): Promise<void> {
    for (let attempt = 0; attempt < tries; attempt += 1) {
      if (await deleteDocument(this.#db, await this.#row(id, await this.#scope(context)))) return
    }
    throw new Conflict(`Document ${id} is being changed by somebody else.`)
  }

  /** What is refused leaves no content behind. Of what failed nobody knows whether it was written: then it stays. */
  async #write(context: Context, id: string, changes: DocumentChanges, kept: Kept | null): Promise<Written> {
    try {
      for (let attempt = 0; attempt < tries; attempt += 1) {
        const before = await this.#row(id, await this.#scope(context))
        const after = await updateDocument(this.#db, before, changes)
        if (after !== null) return { before, after }
      }
      throw new Conflict(`Document ${id} is being changed by somebody else.`)
    } catch (error) {
      if (kept !== null && error instanceof HttpError) await this.#forget({ id, ...kept })
      throw error
    }
  }

  /** The project that queries are about. What belongs to none belongs to nobody. */
  async #scope(context: Context): Promise<string | null> {
    return (await this.#seesAll(context)) ? null : (context?.projectId ?? '')
  }

  async #row(id: string, projectId: string | null): Promise<DocumentRow> {
    // No database is asked for what it never made: some do not take every text, and some take one for another.
    const row = ownId.test(id) ? await findDocument(this.#db, id, projectId) : null
    if (row === null) throw new NotFound(`Document ${id} could not be found.`)
    return row
  }

  /** At once where that can be: a list has many. */
  #shown(row: DocumentRow, isWhole: boolean): Document | Promise<Document> {
    if (!isWhole) return shown(row)
    const content = this.#stores.loaded(row.store)?.atHand?.(row.content)
    return content === undefined ? this.#document(row) : shown(row, content)
  }

  /** The row as it is by now, where somebody else has given it another content meanwhile. */
  async #document(read: DocumentRow): Promise<Document> {
    for (let row = read; ;) {
      const store = await this.#stores.get(row.store)
      try {
        return shown(row, await store.get(row.id, row.content))
      } catch (error) {
        const now = await findDocument(this.#db, row.id)
        if (now === null || now.content === row.content) throw error
        row = now
      }
    }
  }

  /** Brings the content into the chosen store. */
  async #keep({ project_id, name, content }: NewDocument): Promise<NewRow> {
    const id = randomUUID()
    return { id, project_id, name, ...(await this.#put(id, content)) }
  }

  async #put(id: string, content: string): Promise<Kept> {
    const { chosen } = this.#stores
    return { content: await (await this.#stores.get(chosen)).put(id, content), store: chosen }
  }

  /** The content of a row that is not there, or has another one now. */
  async #forget({ id, store, content }: Pick<DocumentRow, 'id' | 'store' | 'content'>): Promise<void> {
    await (await this.#stores.get(store)).remove(id, content)
  }
}

export interface NewDocument {
  readonly project_id: string
  readonly name: string
  readonly content: string
}

interface Created {
  readonly document: NewDocument
}

interface Changed {
  readonly document: Partial<NewDocument>
}

type Kept = Pick<DocumentRow, 'content' | 'store'>

interface Written {
  readonly before: DocumentRow
  readonly after: DocumentRow
}

function shown(row: DocumentRow, content?: string): Document {
  const { id, project_id, name } = row
  const created_at = row.created_at.toISOString()
  const updated_at = row.updated_at?.toISOString() ?? null
  return content === undefined
    ? { id, project_id, name, created_at, updated_at }
    : { id, project_id, name, content, created_at, updated_at }
}
