// What `connect` may be called with: a path alone, or a name and a path. Pure.
import type { RouteOptions } from './contract.ts'

export type ConnectArguments = readonly [
  nameOrPath: string | null,
  pathOrOptions?: string | RouteOptions,
  options?: RouteOptions,
]

export function connectArguments(args: ConnectArguments): { name: string | null; path: string; options: RouteOptions } {
  const [first, second, third] = args
  if (typeof second === 'string') return { name: first, path: second, options: third ?? {} }
  return { name: null, path: first ?? '', options: second ?? {} }
}
