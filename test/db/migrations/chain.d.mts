import type { Revision } from '../../../src/db/migrations/contract.ts'

export function idOf(number: number): string
export function chain(
  size: number,
  options?: { readonly stops?: number; readonly inside?: () => Promise<void> },
): Revision[]
