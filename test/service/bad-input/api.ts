// The pipeline of the API without a socket, on a database of a test, with a log that can be read.
import { onTestFinished } from 'vitest'
import { readConfig } from '../../../src/config/index.ts'
import { type App, inject, type InjectedResponse, type InjectOptions } from '../../../src/http/index.ts'
import { catchErrors, noAuth, requestId, requestLog, sizelimit } from '../../../src/middleware/index.ts'
import { appFactory } from '../../../src/service/api/v1.ts'
import { groups } from '../../../src/service/opts.ts'
import { contextWith, type Line, readableLog } from '../../middleware/filtering.ts'

export interface Document {
  readonly id: string
  readonly project_id: string
  readonly name: string
  readonly content: string
}

export interface Api {
  readonly lines: readonly Line[]
  /** JSON is asked for and sent, as `token` unless said. */
  ask(method: string, path: string, body?: unknown, token?: string): Promise<InjectedResponse>
  send(options: InjectOptions): Promise<InjectedResponse>
  create(values: object, token?: string): Promise<Document>
}

const maxBody = 114_688

/** As etc/service/api-paste.ini has it for noauth. */
export async function openApi(connection: string, settings: Readonly<Record<string, string>> = {}): Promise<Api> {
  const env = { OS_DATABASE__CONNECTION: connection, OS_DATABASE__AUTO_UPGRADE: 'true', ...settings }
  const releases: (() => unknown)[] = []
  onTestFinished(async () => {
    for (const release of releases.reverse()) await release()
  })
  const config = readConfig({ groups, argv: [], prog: 'test', env })
  const { log, lines } = await readableLog()
  const v1 = await appFactory({}, {}, contextWith({ config, log, onClose: (release) => void releases.push(release) }))
  const inside = [requestId(), catchErrors(log), requestLog(log), sizelimit(maxBody), noAuth()]
  const app: App = inside.reduceRight((app, filter) => filter(app), v1)
  const send = (options: InjectOptions) => inject(app, { scriptName: '/v1', host: 'api.example', log, ...options })
  const ask: Api['ask'] = (method, path, body, token = 'alice:shop') => {
    const headers = { 'x-auth-token': token, accept: 'application/json', 'content-type': 'application/json' }
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return send({ method, path, headers, ...(body !== undefined && { body: text }) })
  }
  const create: Api['create'] = async (values, token) => {
    const response = await ask('POST', '/documents', { document: values }, token)
    if (response.status !== 201) throw new Error(response.text())
    return documentIn(response)
  }
  return { lines, send, ask, create }
}

export const documentIn = (response: InjectedResponse): Document => (response.json() as { document: Document }).document

export const documentsIn = (response: InjectedResponse): Document[] =>
  (response.json() as { documents: Document[] }).documents

/** Lines that a fault of the client's must not leave. */
export function complaints(lines: readonly Line[]): Line[] {
  return lines.filter(({ level, err }) => !['debug', 'info'].includes(level) || err !== undefined)
}
