// One extension that is loaded: what its descriptor says of itself, and a way to ask it for the rest, whatever its spelling.
import { SlipwayError } from '../../errors.ts'
import { findMethod } from '../attributes/plugin-methods.ts'
import type { ExtendedResources, PluginInterface } from './descriptor.ts'
import type { ActionExtension, ControllerExtension, RequestExtension, ResourceExtension } from './parts.ts'

export interface LoadedExtension {
  readonly alias: string
  readonly name: string
  readonly description: string
  readonly updated: string
  /** Of XML, in old APIs. */
  readonly namespace: string | null
  /** The file or the entry point that it comes from; `code` for one that was handed over. */
  readonly source: string
  readonly descriptor: object
}

/** One that is not there, and why. */
export interface SkippedExtension {
  readonly source: string
  /** Null when it never got so far as to say it. */
  readonly alias: string | null
  readonly reason: string
  /** That no plugin has a feature and that an operator wants fewer is as it should be; all else is worth a warning. */
  readonly isExpected: boolean
}

/** @throws SlipwayError SLIPWAY_API_EXTENSION for what is no descriptor */
export function readDescriptor(descriptor: object, source: string): LoadedExtension {
  const texts = { name: '', alias: '', description: '', updated: '' }
  for (const word of ['name', 'alias', 'description', 'updated'] as const) {
    const said = say(descriptor, word)
    if (typeof said !== 'string' || (word === 'alias' && said === '')) {
      throw new SlipwayError('SLIPWAY_API_EXTENSION', `"${titleOf(descriptor)}" has no text for get_${word}`, {
        found: said === undefined ? 'no such method' : `a value of type ${typeof said}`,
        expected: `a method get_${word} or get${word.charAt(0).toUpperCase()}${word.slice(1)} that gives a text, or a property "${word}"`,
      })
    }
    texts[word] = said
  }
  const namespace = say(descriptor, 'namespace')
  return { ...texts, namespace: typeof namespace === 'string' ? namespace : null, source, descriptor }
}

/** By the method, or by nova's property. */
function say(descriptor: object, word: string): unknown {
  const method = findMethod(descriptor, `get_${word}`)
  return method === null ? Reflect.get(descriptor, word) : method()
}

/** What the methods give that a descriptor need not have. */
export interface Answers {
  readonly get_resources: Iterable<ResourceExtension>
  readonly get_actions: Iterable<ActionExtension>
  readonly get_request_extensions: Iterable<RequestExtension>
  readonly get_controller_extensions: Iterable<ControllerExtension>
  readonly get_extended_resources: ExtendedResources
  readonly update_attributes_map: unknown
  readonly get_plugin_interface: PluginInterface
  readonly get_required_extensions: Iterable<string>
  readonly get_optional_extensions: Iterable<string>
}

/** Undefined where the descriptor has no such method, or gives nothing. */
export function askExtension<Method extends keyof Answers>(
  { descriptor }: LoadedExtension,
  method: Method,
  ...args: unknown[]
): Answers[Method] | undefined {
  return (findMethod(descriptor, method)?.(...args) ?? undefined) as Answers[Method] | undefined
}

export function titleOf(descriptor: object): string {
  const { name } = descriptor.constructor
  return name === 'Object' ? 'an object' : name
}
