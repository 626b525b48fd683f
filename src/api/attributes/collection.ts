// One collection behind a plugin: what the list, the create and the member calls of it share. Made once, when the
// controller is.
import type { ErrorLog, HttpRequest } from '../../http/index.ts'
import type { RequestContext } from '../../middleware/index.ts'
import type { Call, Params } from '../controllers/call.ts'
import type { AttributeMap } from './attribute-map.ts'
import { CollectionPolicy, type Policy } from './collection-policy.ts'
import { checkAttributes } from './load-map.ts'
import { type MethodNames, methodNames } from './plugin-methods.ts'
import type { BodyRules } from './prepare-body.ts'
import type { Quota } from './quota.ts'

export interface CollectionControllerOptions {
  /** `networks`; a dash stands for an underscore. */
  readonly collection: string
  /** `network` */
  readonly resource: string
  readonly allowBulk?: boolean
  readonly allowPagination?: boolean
  readonly allowSorting?: boolean
  /** `pagination_max_limit`: the largest page, and the page of a client that names none. */
  readonly maxLimit?: number | null
  /** The resource that this one belongs to: the route has `{member}_id`, the plugin's methods its name. */
  readonly parent?: { readonly member: string }
  /** Methods of the plugin by the name of a member's action: `PUT /{collection}/{id}/{action}`. */
  readonly memberActions?: readonly string[]
  /** Without one, all is allowed. */
  readonly policy?: Policy
  readonly quota?: Quota
  /** Told of `network.create.start` and `.end`, and so on. Its failure is logged; it fails no request. */
  readonly notify?: (context: RequestContext | undefined, event: string, payload: unknown) => void | Promise<void>
  /** Lets filters through that are no attributes, for plugins that know them. */
  readonly filterNames?: 'known' | 'unknown'
  /** Whose text a foreign `tenant_id` gets. */
  readonly texts?: 'neutron' | 'tacker'
  /** Told of what fails without failing the request; the log of the server unless said. */
  readonly log?: ErrorLog
}

/** What the parts of a controller share. */
export interface Collection {
  readonly plugin: object
  readonly names: MethodNames
  readonly attributes: AttributeMap
  readonly collection: string
  readonly resource: string
  readonly primaryKey: string
  readonly options: CollectionControllerOptions
  readonly policy: CollectionPolicy
  /** Of the request: before version 2.1 nova's API took attributes that it did not know. */
  bodyRules(req: HttpRequest): BodyRules
  /** What every method of the plugin gets of the URL: the parent's id. */
  parentOf(params: Params): Record<string, string>
  /** Shows an object as the caller may see it; all fields when none are named. */
  viewer(context: RequestContext | undefined, fields: readonly string[]): ReturnType<CollectionPolicy['viewer']>
  notify(call: Call, step: string, payload: unknown): Promise<void>
  report(req: HttpRequest, error: unknown, what: string): void
}

export function makeCollection(
  plugin: object,
  attributes: AttributeMap,
  options: CollectionControllerOptions,
): Collection {
  const collection = options.collection.replaceAll('-', '_')
  const resource = options.resource.replaceAll('-', '_')
  checkAttributes(collection, attributes)
  const parent = options.parent?.member ?? null
  const names = methodNames(collection, resource, parent)
  const policy = new CollectionPolicy(options.policy ?? null, names, attributes)
  const keys = Object.keys(attributes)
  const report = (req: HttpRequest, error: unknown, what: string) => {
    if (options.log === undefined) req.reportLate?.(error, req)
    else options.log.error({ err: error }, what)
  }
  const body: BodyRules = {
    resource,
    collection,
    attributes,
    allowBulk: options.allowBulk ?? false,
    texts: options.texts ?? 'neutron',
  }
  return {
    plugin,
    names,
    attributes,
    collection,
    resource,
    primaryKey: keys.find((key) => attributes[key]?.primary_key) ?? 'id',
    options,
    policy,
    bodyRules: ({ environ }) => (environ.isLegacyV2 === true ? { ...body, unknown: 'drop' } : body),
    parentOf(params) {
      const id = parent === null ? undefined : params[`${parent}_id`]
      return id === undefined ? {} : { [`${parent}_id`]: id }
    },
    viewer: (context, fields) => policy.viewer(context, fields.length === 0 ? null : new Set(fields)),
    async notify({ req, context }, step, payload) {
      try {
        await options.notify?.(context, `${resource}.${step}`, payload)
      } catch (error) {
        report(req, error, `the notification ${resource}.${step} was not sent`)
      }
    },
    report,
  }
}

/** Fetched although the client does not ask for them: rules look at them. */
export function policyFields({ attributes, primaryKey }: Collection): string[] {
  const required = Object.keys(attributes).filter((name) => attributes[name]?.required_by_policy)
  return [primaryKey, ...required]
}
