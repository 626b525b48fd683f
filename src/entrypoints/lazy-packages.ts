// Packages that only some manifests and references need, loaded when the first of them does: a start
// that meets none pays for none. `require` because reading and resolving are synchronous; every Node that we run on
// takes ES modules there.
import { createRequire } from 'node:module'
import type * as ImportMetaResolve from 'import-meta-resolve'
import type * as Ini from 'ini'
import type * as JsoncParser from 'jsonc-parser'
import type * as SmolToml from 'smol-toml'

const require = createRequire(import.meta.url)

export const jsonPositions = () => require('jsonc-parser') as typeof JsoncParser
export const toml = () => require('smol-toml') as typeof SmolToml
export const npmIni = () => require('ini') as typeof Ini
export const specifiers = () => require('import-meta-resolve') as typeof ImportMetaResolve
