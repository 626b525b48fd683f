// A collection to test with: its map, a plugin over an array, and a call of it through a resource.
import {
  ATTR_NOT_SPECIFIED,
  attributeMap,
  collectionController,
  type CollectionControllerOptions,
  converters,
  type ListOptions,
  neutronFault,
  NotFound,
  resource,
  type ResourceData,
} from '../../../src/api/index.ts'
import { type HttpRequest, inject, type InjectedResponse, type InjectOptions } from '../../../src/http/index.ts'
import { type Identity, setContext } from '../../../src/middleware/index.ts'

export const map = attributeMap({
  documents: {
    id: { is_visible: true, primary_key: true, validate: { 'type:uuid': null } },
    name: { allow_post: true, allow_put: true, is_visible: true, validate: { 'type:string': 10 } },
    size: {
      allow_post: true,
      allow_put: true,
      is_visible: true,
      default: 0,
      convert_to: converters.toInt,
      validate: { 'type:range': [0, 1000] },
    },
    shared: {
      allow_post: true,
      allow_put: true,
      is_visible: true,
      default: false,
      convert_to: converters.toBoolean,
      enforce_policy: true,
    },
    note: { allow_post: true, allow_put: true, is_visible: true, default: ATTR_NOT_SPECIFIED },
    ref: { allow_post: true, is_visible: true, default: null, validate: { 'type:uuid_or_none': null } },
    secret: { allow_post: true, allow_put: true, default: 'hidden' },
    gateway: {
      allow_post: true,
      allow_put: true,
      is_visible: true,
      default: null,
      enforce_policy: true,
      validate: { 'type:dict_or_none': { net: { 'type:string': null }, nat: { convert_to: converters.toBoolean } } },
    },
    tenant_id: {
      allow_post: true,
      is_visible: true,
      required_by_policy: true,
      validate: { 'type:string': 255 },
    },
  },
})

export class DocumentsPlugin {
  rows: Record<string, unknown>[] = []
  readonly calls: [name: string, ...args: unknown[]][] = []
  #next = 1

  getDocuments(_context: unknown, options: ListOptions): unknown[] {
    this.calls.push(['getDocuments', options])
    return this.rows.filter((row) => row.shelf_id === undefined || row.shelf_id === Reflect.get(options, 'shelf_id'))
  }

  get_document(_context: unknown, id: string, options: object): ResourceData {
    this.calls.push(['get_document', id, options])
    const row = this.rows.find((one) => one.id === id)
    if (row === undefined) throw new NotFound(`Document ${id} could not be found`)
    return row
  }

  createDocument(_context: unknown, { document }: { document: Record<string, unknown> }): ResourceData {
    this.calls.push(['createDocument', document])
    if (document.name === 'poison') throw new Error('the disk is full')
    const row = { id: idOf(this.#next), ...document }
    this.#next += 1
    this.rows.push(row)
    return row
  }

  updateDocument(_context: unknown, id: string, { document }: { document: Record<string, unknown> }): ResourceData {
    this.calls.push(['updateDocument', id, document])
    return Object.assign(this.rows.find((one) => one.id === id) ?? {}, document)
  }

  deleteDocument(_context: unknown, id: string): void {
    this.calls.push(['deleteDocument', id])
    this.rows = this.rows.filter((row) => row.id !== id)
  }

  publish(_context: unknown, id: string, body: unknown): unknown {
    return { published: id, body }
  }

  withRows(...rows: object[]): this {
    this.rows = rows.map((row, at) => ({ id: idOf(at + 1), tenant_id: 'p1', ...row }))
    return this
  }
}

export function idOf(number: number): string {
  return `00000000-0000-0000-0000-${String(number).padStart(12, '0')}`
}

type Ask = (
  request: `${string} ${string}`,
  body?: unknown,
  identity?: Identity,
) => Promise<Pick<InjectedResponse, 'status'> & { json: unknown; message: unknown }>

/** Asks by `GET /documents/1?…`; `POST /documents/1/publish` is a member's action. */
export function asking(plugin: object, options: Partial<CollectionControllerOptions> = {}): Ask {
  const controller = collectionController(plugin, map.documents, {
    collection: 'documents',
    resource: 'document',
    allowBulk: true,
    allowPagination: true,
    allowSorting: true,
    ...options,
  })
  const app = resource(controller, { fault: neutronFault(), log: options.log ?? { error: () => {} } })
  return async (request, body, identity = { projectId: 'p1', userId: 'u1' }) => {
    const [method = '', path = ''] = request.split(' ')
    const routed = (req: HttpRequest) => {
      setContext(req, identity)
      const [, , id, action] = req.pathInfo.split('/')
      const params = { ...(id && { id }), ...(options.parent && { [`${options.parent.member}_id`]: 's1' }) }
      Object.assign(req.environ, { route: { action: action ?? actionOf(method, id), params } })
      return app(req)
    }
    const sent: InjectOptions = {
      method,
      path,
      ...(body !== undefined && {
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    }
    const response = await inject(routed, sent)
    const json = response.body.length === 0 ? null : response.json()
    const fault = (json as { NeutronError?: { message: unknown } } | null)?.NeutronError
    return { status: response.status, json, message: fault?.message ?? null }
  }
}

function actionOf(method: string, id: string | undefined): string {
  if (method === 'GET') return id ? 'show' : 'index'
  return { POST: 'create', PUT: 'update', DELETE: 'delete' }[method] ?? method
}
