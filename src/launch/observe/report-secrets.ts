// Keeps the values of secret options out of a report, wherever they turn up in it: in a URL, in a stack, in what a
// service adds. Each process does it with the options that it knows.
import type { Config } from '../../config/index.ts'
import { ConfigSecrets } from '../../log/config-secrets.ts'

/** A copy of plain data with the values of secret options masked in every text. */
export function withoutSecrets<T>(config: Config, data: T): T {
  const secrets = new ConfigSecrets()
  secrets.learn(config)
  return masked(data, (text) => secrets.mask(text)) as T
}

function masked(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value)
  if (Array.isArray(value)) return value.map((item) => masked(item, mask))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, masked(inner, mask)]))
}
