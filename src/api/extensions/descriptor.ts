// What an extension says of itself: neutron's descriptors as base classes. Extending them is a convenience: whatever object
// has the methods is a descriptor, by their names in the field (`get_alias`) or in camel case; so are nova's
// with plain properties. extension.ts reads them.
import { SlipwayError } from '../../errors.ts'
import type { Attribute, AttributeMap } from '../attributes/attribute-map.ts'
import type { ActionExtension, ControllerExtension, RequestExtension, ResourceExtension } from './parts.ts'

/** Attributes of what is below another resource. */
export interface SubResource {
  readonly parent: { readonly member_name: string; readonly collection_name: string }
  readonly parameters: AttributeMap
}

/** By collection: attributes that are added. */
export type ExtendedResources = Readonly<Record<string, AttributeMap | SubResource>>

/** What a plugin must be able to do: a class, whose methods are meant, or their names. */
export type PluginInterface = (abstract new (...args: never[]) => object) | readonly string[]

/** A map whose attributes may still be added to. */
export type OpenAttributeMap = Record<string, Record<string, Attribute>>

export abstract class ExtensionDescriptor {
  /** `Fox In Socks` */
  abstract getName(): string
  /** Its key, and its id in `/extensions`: `FOXNSOX`. */
  abstract getAlias(): string
  abstract getDescription(): string
  /** `2026-11-22T13:25:27-06:00` */
  abstract getUpdated(): string

  getNamespace(): string | null {
    return null
  }

  getResources(): readonly ResourceExtension[] {
    return []
  }

  getActions(): readonly ActionExtension[] {
    return []
  }

  getRequestExtensions(): readonly RequestExtension[] {
    return []
  }

  getControllerExtensions(): readonly ControllerExtension[] {
    return []
  }

  /** Attributes for a version of the API: of collections that are there, and of its own. */
  getExtendedResources(_version: string): ExtendedResources {
    return {}
  }

  /** Called when the attributes of all extensions are known. */
  updateAttributesMap(_extended: OpenAttributeMap): void {
    // Most extensions have no map that follows another's.
  }

  getPluginInterface(): PluginInterface | null {
    return null
  }

  /** Aliases of what must be there as well. */
  getRequiredExtensions(): readonly string[] {
    return []
  }

  /** Aliases of what comes first where it is there. */
  getOptionalExtensions(): readonly string[] {
    return []
  }
}

/** The words of neutron-lib's API definitions. */
export interface ApiDefinition {
  readonly NAME: string
  readonly ALIAS: string
  readonly DESCRIPTION: string
  readonly UPDATED_TIMESTAMP: string
  readonly RESOURCE_ATTRIBUTE_MAP: Readonly<Record<string, AttributeMap>>
  readonly SUB_RESOURCE_ATTRIBUTE_MAP: Readonly<Record<string, SubResource>> | null
  readonly REQUIRED_EXTENSIONS: readonly string[]
  readonly OPTIONAL_EXTENSIONS: readonly string[]
}

/**
 * A descriptor of an API definition, complete by itself: `class Provider extends ApiExtensionDescriptor { apiDefinition = provider }`.
 * As in neutron-lib, the attributes belong to version 2.0 of the API.
 */
export abstract class ApiExtensionDescriptor extends ExtensionDescriptor {
  abstract readonly apiDefinition: Partial<ApiDefinition>

  override getName(): string {
    return this.#word('NAME')
  }

  override getAlias(): string {
    return this.#word('ALIAS')
  }

  override getDescription(): string {
    return this.#word('DESCRIPTION')
  }

  override getUpdated(): string {
    return this.#word('UPDATED_TIMESTAMP')
  }

  override getExtendedResources(version: string): ExtendedResources {
    if (version !== '2.0') return {}
    return { ...this.#word('RESOURCE_ATTRIBUTE_MAP'), ...this.#word('SUB_RESOURCE_ATTRIBUTE_MAP') }
  }

  override getRequiredExtensions(): readonly string[] {
    return this.#word('REQUIRED_EXTENSIONS')
  }

  override getOptionalExtensions(): readonly string[] {
    return this.#word('OPTIONAL_EXTENSIONS')
  }

  /** Its own maps learn what others have added to their collections. */
  override updateAttributesMap(extended: OpenAttributeMap): void {
    for (const [collection, attributes] of Object.entries(this.getExtendedResources('2.0'))) {
      if (Object.hasOwn(extended, collection)) Object.assign(attributes, extended[collection])
    }
  }

  #word<Word extends keyof ApiDefinition>(word: Word): ApiDefinition[Word] {
    const value = this.apiDefinition[word]
    if (value !== undefined) return value
    throw new SlipwayError(
      'SLIPWAY_API_EXTENSION',
      `the API definition of "${this.constructor.name}" has no "${word}"`,
      {
        original: `Extension module API definition does not define '${word}'`,
      },
    )
  }
}
