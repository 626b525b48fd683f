// One route as operations of OpenAPI: its path in the syntax of templates, its variables, and what the attribute map of its
// collection says of the bodies. Pure.
import type { JsonSchema } from '../attributes/validator.ts'
import type { Route } from '../routes/contract.ts'
import type { Resource } from '../controllers/resource.ts'
import { versionRanges } from '../versions/versioned.ts'
import { memberRequirement } from '../routes/requirement.ts'

/** Operations by method in lower case. */
export type PathItem = Record<string, Operation>

export interface Operation {
  operationId?: string
  tags?: readonly string[]
  summary?: string
  parameters?: readonly JsonSchema[]
  responses?: Readonly<Record<string, unknown>>
  readonly [key: string]: unknown
}

type Bodies = ReadonlyMap<string, Readonly<Record<string, PathItem>>>

interface Microversions {
  readonly service: string
  readonly min: string
  readonly max: string
}

/** What OpenAPI has operations for; a route of any method is told as these. */
const known = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

const standard: Readonly<Record<string, readonly [isMember: boolean, method: string]>> = {
  index: [false, 'get'],
  create: [false, 'post'],
  show: [true, 'get'],
  update: [true, 'put'],
  delete: [true, 'delete'],
}

/** `{id}` for every variable; an optional format is left out. */
export function pathOf({ parts }: Route): string {
  const text = parts.map((part) => (part.kind === 'text' ? part.text : part.kind === 'format' ? '' : `{${part.name}}`))
  return text.join('')
}

/** By method in lower case. The ids of all operations are told apart by `ids`. */
export function* operationsOf(
  route: Route,
  bodies: Bodies,
  ids: Set<string>,
  microversions: Microversions | undefined,
): Generator<[method: string, operation: Operation]> {
  const variables = variablesOf(route)
  const version = microversions === undefined ? [] : [versionParameter(microversions)]
  for (const method of methodsOf(route)) {
    const known = bodyOf(route, method, bodies)
    const id = uniqueId(known?.operationId ?? idOf(route, method), ids)
    const parameters = [...variables, ...(known?.parameters ?? []), ...version]
    const operation: Operation = {
      ...(known ?? { tags: [tagOf(route)] }),
      operationId: id,
      ...(parameters.length > 0 && { parameters }),
      ...versionsOf(route),
      responses: { ...(known?.responses ?? { 200: { description: 'Done' } }), default: errorResponse },
    }
    yield [method, operation]
  }
}

/** In the words of OpenStack's own documents. */
function versionsOf({ controller, action }: Route): object {
  const { handlers } = controller as Partial<Resource>
  const handler = action === null ? undefined : handlers?.get(action)
  const ranges = handler === undefined ? undefined : versionRanges(handler)
  if (ranges === undefined) return {}
  const told = ranges.map(({ min, max }) => ({ ...(min && { 'min-ver': min }), ...(max && { 'max-ver': max }) }))
  return { 'x-openstack': { versions: told } }
}

const errorResponse = {
  description: 'Refused or failed; the body says why',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
}

function methodsOf({ methods }: Route): string[] {
  if (methods === null) return ['get', 'post', 'put', 'patch', 'delete']
  const wanted = [...methods].map((method) => method.toLowerCase())
  return wanted.filter((method) => known.includes(method))
}

/** As the attribute map tells it, when the route is one of the five of its collection. */
function bodyOf({ resource, action }: Route, method: string, bodies: Bodies): Operation | undefined {
  const place = action === null ? undefined : standard[action]
  if (resource === null || place === undefined || place[1] !== method) return undefined
  const [isMember] = place
  const paths = Object.entries(bodies.get(resource.collectionName.replaceAll('-', '_')) ?? {})
  return paths.find(([path]) => path.endsWith('/{id}') === isMember)?.[1][method]
}

function variablesOf({ parts }: Route): JsonSchema[] {
  return parts.flatMap((part) => {
    if (part.kind === 'text' || part.kind === 'format') return []
    const { name, requirement } = part
    // That an id is one segment goes without saying.
    const isOwn = requirement !== null && requirement !== memberRequirement
    const schema = { type: 'string', ...(isOwn && { pattern: `^(?:${requirement})$` }) }
    return [{ name, in: 'path', required: true, schema }]
  })
}

function versionParameter({ service, min, max }: Microversions): JsonSchema {
  return {
    name: 'OpenStack-API-Version',
    in: 'header',
    description: `The microversion of the API: "${service} ${min}" to "${service} ${max}", or "${service} latest". Without it, ${min}.`,
    schema: { type: 'string' },
  }
}

function idOf({ name, action, resource, template }: Route, method: string): string {
  if (resource !== null && action !== null) return `${action}_${resource.collectionName}`.replaceAll('-', '_')
  return name ?? `${method}_${template.replaceAll(/\W+/gu, '_').replaceAll(/^_+|_+$/gu, '')}`
}

function uniqueId(id: string, ids: Set<string>): string {
  let unique = id
  for (let count = 2; ids.has(unique); count += 1) unique = `${id}_${count}`
  ids.add(unique)
  return unique
}

function tagOf({ resource, template }: Route): string {
  return resource?.collectionName ?? template.split('/').find((part) => part !== '' && !part.startsWith('{')) ?? 'api'
}
