// What a console script's answer means to the shell, as Python's sys.exit(main()) has it. Node's
// process.exit throws for most values that are no integer, so the mapping is written out. Pure.
import { inspect } from 'node:util'

export interface ExitStatus {
  readonly status: number
  /** Goes to standard error, with a newline. */
  readonly message: string | null
}

/** `value` is what main gave in the end: a promise is awaited before. */
export function exitStatusOf(value: unknown): ExitStatus {
  if (value === undefined || value === null || value === false) return { status: 0, message: null }
  if (value === true) return { status: 1, message: null }
  if (typeof value === 'bigint') return { status: Number(BigInt.asUintN(8, value)), message: null }
  // The kernel keeps the low eight bits: -1 is 255, 256 is 0.
  if (Number.isInteger(value)) return { status: lowByte(value as number), message: null }
  return { status: 1, message: textOf(value) }
}

function lowByte(value: number): number {
  return ((value % 256) + 256) % 256
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Error) return value.message
  return isPlain(value) ? plainText(value) : inspect(value)
}

function isPlain(value: unknown): value is object {
  return Array.isArray(value) || (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
}

function plainText(value: object): string {
  try {
    return JSON.stringify(value)
  } catch {
    // Circular, or with a bigint in it: JSON has no form for it.
    return inspect(value)
  }
}
