// Imports the module of a reference and walks to its attribute; tells apart what can go wrong on
// the way. The only place of the project that imports code by name.
import { closeNames } from '../diagnostic.ts'
import { SlipwayError, type Where } from '../errors.ts'
import type { Distribution } from './distribution.ts'
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
  project: Distribution,
  options: LoadOptions = {},
): Promise<unknown> {
  const module = resolveModule(reference, project, options.where)
  const namespace = await importModule(module, reference, options)
  return reference.attr === null ? namespace : walk(namespace, reference, options.where)
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
    timer.unref()
  })
  try {
    return (await Promise.race([import(module.url), late])) as object
  } catch (error) {
    throw await importFault(error, module, reference, options.where)
  } finally {
    clearTimeout(timer)
  }
}

/** Part by part through exports, statics and properties: the exact name first, then its camelCase form. */
function walk(namespace: object, reference: Reference, where: Where | null | undefined): unknown {
  let holder: unknown = namespace
  let value: unknown = namespace
  let path = ''
  for (const part of (reference.attr ?? '').split('.').filter(Boolean)) {
    const found =
      memberOf(value, part) ?? (value === namespace ? memberOf(memberOf(namespace, 'default')?.value, part) : null)
    if (!found) throw missing(value, part, path, reference, where)
    holder = found.holder
    value = found.value
    path = path === '' ? part : `${path}.${part}`
  }
  const isMethod = typeof value === 'function' && path.includes('.') && typeof holder === 'function'
  return isMethod ? Object.assign((value as CallableFunction).bind(holder) as object, value) : value
}

function memberOf(holder: unknown, part: string): { holder: unknown; value: unknown } | null {
  if (holder === null || (typeof holder !== 'object' && typeof holder !== 'function')) return null
  for (const name of [part, camelCase(part)]) {
    if (name in holder) return { holder, value: (holder as Readonly<Record<string, unknown>>)[name] }
  }
  return null
}

export function camelCase(name: string): string {
  return name.replaceAll(/_+([a-z0-9])/giu, (_, letter: string) => letter.toUpperCase())
}

function missing(
  value: unknown,
  part: string,
  path: string,
  reference: Reference,
  where: Where | null | undefined,
): SlipwayError {
  const names = ownNames(value)
  const close = closeNames(part, names)
  const inside = path === '' ? `module "${reference.module}"` : `"${reference.module}:${path}"`
  return new SlipwayError('SLIPWAY_REFERENCE_ATTRIBUTE', `${inside} has no "${part}"`, {
    where: where && attributePlace(where, reference, part),
    found: names.length > 0 ? `it has ${names.slice(0, 12).join(', ')}` : 'it exports nothing',
    alternatives: close,
    hint: part === camelCase(part) ? undefined : `"${camelCase(part)}" would be found too`,
    original: `module '${reference.module}' has no attribute '${part}'`,
  })
}

function ownNames(value: unknown): string[] {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return []
  return Object.getOwnPropertyNames(value).filter(
    (name) => !['length', 'name', 'prototype', 'arguments', 'caller'].includes(name),
  )
}

function attributePlace(where: Where, reference: Reference, part: string): Where {
  const offset = reference.text.lastIndexOf(part)
  return offset === -1 || where.column === undefined
    ? where
    : { ...where, column: where.column + offset, length: part.length }
}
