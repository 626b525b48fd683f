// Packages that only some starts need, loaded when the first use comes: what meets none of them pays for none.
// `require`, because those who ask are synchronous; every Node that we run on takes ES modules there, and of a
// CommonJS package an `import` costs twice as much.
import { createRequire } from 'node:module'
import type * as Bcrypt from 'bcryptjs'
import type * as Commander from 'commander'
import type Fresh from 'fresh'
import type * as ImportMetaResolve from 'import-meta-resolve'
import type * as Ini from 'ini'
import type IpAddr from 'ipaddr.js'
import type * as JsoncParser from 'jsonc-parser'
import type Leven from 'leven'
import type Negotiator from 'negotiator'
import type Pino from 'pino'
import type * as SmolToml from 'smol-toml'
import type * as Yaml from 'yaml'

const require = createRequire(import.meta.url)

function lazily(name: string): () => unknown {
  let loaded: unknown
  return () => (loaded ??= require(name))
}

export const bcrypt = lazily('bcryptjs') as () => typeof Bcrypt
export const commander = lazily('commander') as () => typeof Commander
export const freshness = lazily('fresh') as () => typeof Fresh
export const ipAddresses = lazily('ipaddr.js') as () => typeof IpAddr
export const jsonPositions = lazily('jsonc-parser') as () => typeof JsoncParser
export const leven = lazily('leven') as () => { readonly default: typeof Leven }
export const negotiator = lazily('negotiator') as () => typeof Negotiator
export const npmIni = lazily('ini') as () => typeof Ini
export const pino = lazily('pino') as () => typeof Pino
export const specifiers = lazily('import-meta-resolve') as () => typeof ImportMetaResolve
export const toml = lazily('smol-toml') as () => typeof SmolToml
export const yaml = lazily('yaml') as () => typeof Yaml
