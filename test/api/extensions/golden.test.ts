// Descriptors of API definitions against what neutron-lib's answer of its own (test/golden/extensions.py records it).
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type ApiDefinition, ApiExtensionDescriptor, type ExtendedResources } from '../../../src/api/index.ts'
import { load } from './gadgets.ts'

/** By collection the names of its attributes; of a sub-resource with dots before its parameters'. */
type Names = Readonly<Record<string, string>>

interface Recorded {
  readonly faults: Readonly<Record<keyof ApiDefinition, string>>
  readonly described: readonly {
    readonly definition: Readonly<Record<keyof ApiDefinition, unknown>>
    readonly answers: Readonly<Record<string, unknown>> & {
      readonly versions: Readonly<Record<string, Names>>
      readonly followed: Names
    }
  }[]
}

const recorded = JSON.parse(readFileSync(new URL('../../golden/extensions.json', import.meta.url), 'utf-8')) as Recorded

function expanded(value: unknown): ExtendedResources | null {
  if (value === null) return null
  const entries = Object.entries(value as Names).map(([collection, names]) => {
    const all = names.split(' ').filter((name) => name !== '')
    const own = Object.fromEntries(all.filter((name) => !name.startsWith('.')).map((name) => [name, {}]))
    if (!all.includes('parent')) return [collection, own] as const
    const parameters = Object.fromEntries(all.filter((name) => name.startsWith('.')).map((name) => [name.slice(1), {}]))
    const parent = { member_name: 'x', collection_name: 'xs' }
    return [collection, { ...own, parent, parameters }] as const
  })
  return Object.fromEntries(entries)
}

function compact(resources: ExtendedResources): Names {
  const entries = Object.entries(resources).map(([collection, spec]) => {
    const isSub = 'parent' in spec
    const names = Object.keys(spec).filter((name) => !isSub || name !== 'parameters')
    const parameters = isSub ? Object.keys(spec.parameters ?? {}).map((name) => `.${name}`) : []
    return [collection, [...names, ...parameters].join(' ')] as const
  })
  return Object.fromEntries(entries)
}

class Described extends ApiExtensionDescriptor {
  readonly apiDefinition: Partial<ApiDefinition>

  constructor(definition: Readonly<Record<string, unknown>>) {
    super()
    const { RESOURCE_ATTRIBUTE_MAP: own, SUB_RESOURCE_ATTRIBUTE_MAP: below, ...words } = definition
    this.apiDefinition = {
      ...words,
      ...(own !== undefined && { RESOURCE_ATTRIBUTE_MAP: expanded(own) }),
      ...(below !== undefined && { SUB_RESOURCE_ATTRIBUTE_MAP: expanded(below) }),
    } as Partial<ApiDefinition>
  }
}

describe('the descriptor of an API definition', () => {
  it.each(
    recorded.described.map(({ definition, answers }) => [String(definition.ALIAS), definition, answers] as const),
  )('answers of %s as neutron-lib does', (_alias, definition, answers) => {
    const one = new Described(definition)
    const { versions, followed, ...words } = answers
    expect({
      get_name: one.getName(),
      get_alias: one.getAlias(),
      get_description: one.getDescription(),
      get_updated: one.getUpdated(),
      get_required_extensions: one.getRequiredExtensions(),
      get_optional_extensions: one.getOptionalExtensions(),
      get_resources: one.getResources(),
      get_actions: one.getActions(),
      get_request_extensions: one.getRequestExtensions(),
    }).toEqual(words)
    expect(compact(one.getExtendedResources('1.0'))).toEqual(versions['1.0'])
    expect(compact(one.getExtendedResources('2.0'))).toEqual(versions['2.0'])
    one.updateAttributesMap(
      Object.fromEntries(Object.keys(versions['2.0'] ?? {}).map((name) => [name, { 'other:x': {} }])),
    )
    expect(compact(one.getExtendedResources('2.0'))).toEqual(followed)
  })

  it.each(Object.entries(recorded.faults))('is refused without %s, which is named', (word, text) => {
    const { [word as keyof ApiDefinition]: _left, ...rest } = recorded.described[0]?.definition ?? {}
    const ask = new Described(rest)
    const all = () => [
      ask.getName(),
      ask.getAlias(),
      ask.getDescription(),
      ask.getUpdated(),
      ask.getRequiredExtensions(),
      ask.getOptionalExtensions(),
      ask.getExtendedResources('2.0'),
    ]
    expect(all).toThrow(expect.objectContaining({ code: 'SLIPWAY_API_EXTENSION', original: text }) as Error)
  })

  it('are loaded together in the order of what they require', async () => {
    // Some definitions change others that have the same alias.
    const byAlias = new Map(recorded.described.map(({ definition }) => [definition.ALIAS, new Described(definition)]))
    const manager = await load({ descriptors: [...byAlias.values()].toReversed(), unmet: 'skip' })
    // Some of neutron's own extensions are no part of neutron-lib, and others build on them.
    expect(manager.ordered.length).toBeGreaterThan(60)
    expect(manager.skipped.length).toBe(byAlias.size - manager.ordered.length)
    for (const { alias } of manager.skipped) {
      const required = byAlias.get(alias)?.getRequiredExtensions() ?? []
      expect(required.filter((one) => !manager.extensions.has(one))).not.toEqual([])
    }
    const place = (alias: string) => manager.ordered.findIndex((one) => one.alias === alias)
    for (const { alias, descriptor } of manager.ordered) {
      for (const required of (descriptor as Described).getRequiredExtensions()) {
        expect(place(required), `${alias} after ${required}`).toBeLessThan(place(alias))
      }
    }
  })
})
