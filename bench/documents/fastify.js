// The same API as a Fastify user writes it: @fastify/cors, @fastify/request-context, a hook that asks Keystone and keeps what it said, a hook that
// logs, a schema for the answer. What it shares with the service is the database room alone.
import { createHash, randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import fastify, { LogController } from 'fastify'
import { readConfig } from '../../dist/config/index.js'
import { authTokenGroup } from '../../dist/middleware/index.js'
import { listDocuments } from '../../dist/service/db/documents.js'
import { openServiceDatabase } from '../../dist/service/db/open.js'
import { groups } from '../../dist/service/opts.js'
import { peersFolder } from '../launch/peers.js'
import { announce } from '../overhead/serve.js'

const require = createRequire(join(peersFolder, 'package.json'))
const cors = require('@fastify/cors')
const { fastifyRequestContext } = require('@fastify/request-context')
const { LRUCache } = require('lru-cache')

const config = readConfig({ groups, argv: [], prog: 'bench' })
const { kysely } = await openServiceDatabase(config, { info() {}, warn: (text) => process.stderr.write(`${text}\n`) })
const { auth_url: authUrl, username, password, project_name: project } = config.get(authTokenGroup)

const domain = { id: 'default' }
let ownToken = null

async function logIn() {
  const identity = { methods: ['password'], password: { user: { name: username, domain, password } } }
  const body = JSON.stringify({ auth: { identity, scope: { project: { name: project, domain } } } })
  const response = await fetch(`${authUrl}/v3/auth/tokens`, { method: 'POST', body })
  return response.headers.get('x-subject-token')
}

const tokens = new LRUCache({
  max: 1000,
  ttl: 300_000,
  async fetchMethod(_hash, _stale, { context: token }) {
    ownToken ??= await logIn()
    const headers = { 'x-auth-token': ownToken, 'x-subject-token': token }
    const response = await fetch(`${authUrl}/v3/auth/tokens`, { headers })
    if (response.status !== 200) return undefined
    const { token: told } = await response.json()
    return {
      userId: told.user.id,
      projectId: told.project?.id ?? null,
      roles: told.roles.map(({ name }) => name),
      expires: Date.parse(told.expires_at),
    }
  },
})

const app = fastify({
  logger: true,
  logController: new LogController({ disableRequestLogging: true }),
  genReqId: () => `req-${randomUUID()}`,
  bodyLimit: 114_688,
  trustProxy: false,
  keepAliveTimeout: 60_000,
})
await app.register(cors, { origin: ['https://dashboard.example'], credentials: true })
// What a line of the log names, wherever in the code it is written.
await app.register(fastifyRequestContext)
app.decorateRequest('context', null)
app.addHook('onRequest', async (req, reply) => {
  reply.header('x-openstack-request-id', req.id)
  const token = req.headers['x-auth-token']
  const context =
    typeof token === 'string'
      ? await tokens.fetch(createHash('sha256').update(token).digest('base64'), { context: token })
      : undefined
  if (context === undefined || context.expires < Date.now()) {
    reply.header('www-authenticate', `Keystone uri="${authUrl}"`)
    return reply.code(401).send({ error: { code: 401, title: 'Unauthorized' } })
  }
  req.context = context
  req.requestContext.set('user', context.userId)
})
app.addHook('onResponse', async (req, reply) => {
  const { context } = req
  req.log.info(
    {
      method: req.method,
      uri: req.url,
      status: reply.statusCode,
      remote_address: req.ip,
      time: reply.elapsedTime,
      user: context?.userId,
      project: context?.projectId,
    },
    'request',
  )
})

const text = { type: 'string' }
const document = {
  type: 'object',
  properties: {
    id: text,
    project_id: text,
    name: text,
    content: text,
    created_at: text,
    updated_at: { type: ['string', 'null'] },
  },
}
const link = { type: 'object', properties: { rel: text, href: text } }
const schema = {
  querystring: {
    type: 'object',
    properties: { limit: { type: 'integer', minimum: 1, maximum: 1000, default: 1000 }, marker: text },
    additionalProperties: false,
  },
  response: {
    200: {
      type: 'object',
      properties: { documents: { type: 'array', items: document }, documents_links: { type: 'array', items: link } },
    },
  },
}

const sorts = [{ column: 'id', direction: 'asc' }]
const isVisible = ({ roles, projectId }, row) => roles.includes('admin') || row.project_id === projectId

async function list(req) {
  const { limit } = req.query
  const rows = await listDocuments(kysely, { projectId: req.context.projectId, sorts, limit })
  const documents = rows
    .filter((row) => isVisible(req.context, row))
    .map(({ id, project_id, name, content, created_at, updated_at }) => ({
      id,
      project_id,
      name,
      content,
      created_at: created_at.toISOString(),
      updated_at: updated_at?.toISOString() ?? null,
    }))
  const base = `${req.protocol}://${req.host}/v1/documents?limit=${limit}`
  const links = [{ rel: 'previous', href: `${base}&marker=${documents[0]?.id}&page_reverse=True` }]
  if (documents.length === limit) links.unshift({ rel: 'next', href: `${base}&marker=${documents.at(-1)?.id}` })
  return { documents, documents_links: links }
}

app.route({ method: 'GET', url: '/v1/documents', schema, handler: list })
announce(app.server)
await app.listen({ port: 0, host: '127.0.0.1' })
