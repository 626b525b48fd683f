// The table of validators by their `type:x`: the 45 of neutron-lib, and those that a program adds.
import { addressValidators } from './address-validators.ts'
import { collectionValidators } from './collection-validators.ts'
import { networkValidators } from './network-validators.ts'
import { numberValidators } from './number-validators.ts'
import { textValidators } from './text-validators.ts'
import type { Validator, ValidatorSource } from './validator.ts'

const table = new Map<string, Validator>(
  Object.entries({
    ...textValidators,
    ...numberValidators,
    ...addressValidators,
    ...collectionValidators,
    ...networkValidators,
  }),
)

export const validators: ValidatorSource = { get: (type) => table.get(withPrefix(type)) }

/** By `type:x` or `x`. */
export function getValidator(type: string): Validator | undefined {
  return validators.get(type)
}

/** The names of all, for messages and documents. */
export function validatorTypes(): string[] {
  return [...table.keys()]
}

/**
 * Adds one of your own, before the maps that use it are loaded. A function is enough; an object may also say its JSON
 * Schema. What is there already is never replaced.
 * @throws TypeError for a type that is taken
 */
export function addValidator(type: string, validator: Validator | Validator['validate']): void {
  const key = withPrefix(type)
  const added = typeof validator === 'function' ? { validate: validator } : validator
  if (table.has(key)) throw new TypeError(`Validator type ${type} is already defined`)
  table.set(key, added)
}

function withPrefix(type: string): string {
  return type.startsWith('type:') ? type : `type:${type}`
}
