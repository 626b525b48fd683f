// An attribute map with what extensions add: collections of their own, and attributes of collections that are there. Pure,
// but for extensions that keep a map of their own up to date.
import { isSlipwayError, SlipwayError } from '../../errors.ts'
import type { Attribute, AttributeMap, ResourceAttributeMap } from '../attributes/attribute-map.ts'
import { checkAttributes } from '../attributes/load-map.ts'
import type { OpenAttributeMap, SubResource } from './descriptor.ts'
import { askExtension, type LoadedExtension } from './extension.ts'

export interface ExtendedMap {
  readonly resources: Readonly<Record<string, AttributeMap>>
  /** What lies below another resource. */
  readonly subResources: Readonly<Record<string, SubResource>>
}

/** Names are of extensions: nothing is inherited. */
type Merged = Record<string, Record<string, Attribute> | SubResource>

/**
 * The extensions come in the order of their requirements, so that what one builds on is there.
 * @throws SlipwayError SLIPWAY_API_ATTRIBUTES, which names the extension
 */
export function extendMap(
  extensions: readonly LoadedExtension[],
  version: string,
  map: ResourceAttributeMap,
): ExtendedMap {
  const merged = Object.create(null) as Merged
  for (const [collection, attributes] of Object.entries(map)) merged[collection] = { ...attributes }
  for (const extension of extensions) {
    const added = askExtension(extension, 'get_extended_resources', version) ?? {}
    for (const [collection, attributes] of Object.entries(added)) {
      merged[collection] = joined(merged[collection], attributes)
      check(collection, merged[collection], extension)
    }
  }
  for (const extension of extensions) askExtension(extension, 'update_attributes_map', merged as OpenAttributeMap)
  const split = (wanted: boolean) =>
    Object.assign(
      Object.create(null),
      Object.fromEntries(Object.entries(merged).filter(([, one]) => isSubResource(one) === wanted)),
    )
  return { resources: split(false), subResources: split(true) }
}

/** A sub-resource that is there keeps its parent and gets more parameters. */
function joined(present: Merged[string] | undefined, added: AttributeMap | SubResource): Merged[string] {
  if (isSubResource(present)) {
    const more = isSubResource(added) ? added.parameters : added
    return { ...present, parameters: { ...present.parameters, ...more } }
  }
  return { ...present, ...added }
}

function isSubResource(value: unknown): value is SubResource {
  const { parent, parameters } = (value ?? {}) as { parent?: unknown; parameters?: unknown }
  return parameters !== undefined && typeof parent === 'object' && parent !== null && 'member_name' in parent
}

function check(collection: string, attributes: Merged[string], { alias, source }: LoadedExtension): void {
  try {
    checkAttributes(collection, isSubResource(attributes) ? attributes.parameters : attributes)
  } catch (error) {
    if (!isSlipwayError(error)) throw error
    throw new SlipwayError('SLIPWAY_API_ATTRIBUTES', `${error.message} (with the extension "${alias}")`, {
      found: error.found ?? undefined,
      expected: error.expected ?? undefined,
      alternatives: error.alternatives,
      hint: error.hint ?? `the extension comes from ${source}`,
      cause: error,
    })
  }
}
