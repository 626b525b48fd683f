// The version of this package, from its own manifest; read when first asked for.
import { readFileSync } from 'node:fs'

let version: string | null = null

export function ownVersion(): string {
  version ??= read()
  return version
}

function read(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}
