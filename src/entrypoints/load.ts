// Imports the module of a reference and walks to its attribute; tells apart what can go wrong on
// the way. The only place of the project that imports code by name.
import { closeNames } from '../diagnostic.ts'
import { SlipwayError, type Where } from '../errors.ts'
import { camelCase, type Walk, walkAttribute } from './attribute.ts'
import type { PackageHome } from './distribution.ts'
import { importFault } from './import-fault.ts'
import type { Reference } from './reference.ts'
import { type ResolvedModule, resolveModule } from './resolve.ts'

export interface LoadOptions {
  /** Where the reference is written, for the diagnostics. */
  readonly where?: Where | null | undefined
  /** How long the module's top level may take, in milliseconds. Default 30 000. */
  readonly importMs?: number
}

/**
 * The object that a reference names. A method arrives bound to its class.
 * @throws SlipwayError SLIPWAY_REFERENCE_MODULE, _DEPENDENCY, _SOURCE, _THREW, _TIMEOUT, _ATTRIBUTE
 */
export async function loadReference(
  reference: Reference,
  project: PackageHome,
  options: LoadOptions = {},
): Promise<unknown> {
  const module = resolveModule(reference, project, options.where)
  const namespace = await importModule(module, reference, options)
  if (reference.attr === null) return namespace
  const walk = walkAttribute(namespace, reference.attr)
  if (!walk.found) throw attributeMissing(walk, reference, options.where)
  return walk.value
}

async function importModule(module: ResolvedModule, reference: Reference, options: LoadOptions): Promise<object> {
  const deadline = options.importMs ?? 30_000
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new SlipwayError(
          'SLIPWAY_REFERENCE_TIMEOUT',
          `module "${reference.module}" is still loading after ${deadline / 1000} s`,
          {
            where: options.where,
            hint: `look for a top-level await in ${module.file ?? module.url}`,
          },
        ),
      )
    }, deadline)
  })
  try {
    return (await Promise.race([import(module.url), late])) as object
  } catch (error) {
    throw await importFault(error, module, reference, options.where)
  } finally {
    clearTimeout(timer)
  }
}

export function attributeMissing(
  { holder, part, path }: Extract<Walk, { found: false }>,
  reference: Reference,
  where?: Where | null,
): SlipwayError {
  const names = namesOf(holder, path)
  const close = closeNames(part, names)
  const inside = path === '' ? `module "${reference.module}"` : `"${reference.module}:${path}"`
  return new SlipwayError('SLIPWAY_REFERENCE_ATTRIBUTE', `${inside} has no "${part}"`, {
    where: where && attributePlace(where, reference, part, path),
    found: names.length > 0 ? `it has ${names.slice(0, 12).join(', ')}` : 'it exports nothing',
    alternatives: close,
    hint: part === camelCase(part) ? undefined : `"${camelCase(part)}" would be found too`,
    original: `module '${reference.module}' has no attribute '${part}'`,
  })
}

/** What a module of CommonJS exports stands below its default export. */
function namesOf(holder: unknown, path: string): string[] {
  const names = ownNames(holder)
  if (path !== '') return names
  const inside = ownNames((holder as { default?: unknown }).default)
  return [...new Set([...names.filter((name) => name !== 'default' && name !== 'module.exports'), ...inside])]
}

function ownNames(value: unknown): string[] {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return []
  return Object.getOwnPropertyNames(value).filter(
    (name) => !['length', 'name', 'prototype', 'arguments', 'caller'].includes(name),
  )
}

function attributePlace(where: Where, { text, module, attr }: Reference, part: string, path: string): Where {
  if (where.column === undefined || attr === null) return where
  const start = text.indexOf(attr, text.indexOf(module) + module.length)
  const offset = text.indexOf(part, start + path.length)
  return { ...where, column: where.column + offset, length: part.length }
}
