// The grammar of object references: `module:attr.attr [extras]` as importlib.metadata reads it, and
// Node specifiers in the place of the module. Pure; resolve.ts finds what a reference names.
import { isBuiltin } from 'node:module'
import { SlipwayError, type Where } from '../errors.ts'
import { pythonRepr } from '../ini/scanner.ts'

export interface Reference {
  /** As written. */
  readonly text: string
  readonly module: string
  /** Null: the module itself. */
  readonly attr: string | null
  readonly extras: readonly string[]
}

const word = String.raw`[\p{L}\p{N}_.]+`
const dotted = new RegExp(`^(${word})\\s*(?::\\s*(${word})\\s*)?(?:(\\[.*\\])\\s*)?$`, 'u')
const specifier = new RegExp(
  `^(node:[^\\s:]+|[#@.][^\\s:]*|[^\\s:/]*/[^\\s:]*)\\s*(?::\\s*(${word})\\s*)?(?:(\\[.*\\])\\s*)?$`,
  'u',
)

/** Whether the module of a reference is a Node specifier (`./x.js`, `@scope/x`, `#x`, `pkg/x`, `node:x`) and no dotted name. */
export function isSpecifier(module: string): boolean {
  return /^(?:node:|[#@]|\.{1,2}\/)|\//u.test(module)
}

/**
 * @throws SlipwayError SLIPWAY_REFERENCE_SYNTAX
 */
export function parseReference(text: string, where?: Where | null): Reference {
  // `node:fs` alone is Node's module; `node:main` stays the attribute of a module "node", as in Python.
  const asDotted = isBuiltin(text.trim()) && text.includes(':') ? null : dotted.exec(text)
  const match = asDotted ?? specifier.exec(text)
  const module = match?.[1]
  if (module !== undefined && (asDotted || isSpecifier(module))) {
    return { text, module, attr: match?.[2] ?? null, extras: match?.[3]?.match(/[\p{L}\p{N}_]+/gu) ?? [] }
  }
  throw new SlipwayError('SLIPWAY_REFERENCE_SYNTAX', `"${text}" is no reference`, {
    where,
    expected: 'module:attr, such as shop.api:app_factory or ./api.js:appFactory',
    hint: hintFor(text),
    original: `('Invalid object reference. See https://packaging.python.org/en/latest/specifications/entry-points/#data-model', ${pythonRepr(text)})`,
  })
}

function hintFor(text: string): string | undefined {
  if (/\s[#;]/u.test(text)) return 'a comment stands on a line of its own'
  if (/^[\p{L}\p{N}_.]+-[\p{L}\p{N}_.-]*(?::|$)/u.test(text)) {
    return 'a dotted name has no dash: write an underscore, which finds the file with the dash too'
  }
  if (text.split(':').length > 2) {
    return 'one colon stands between the module and the attribute; attributes are joined by dots'
  }
  if (/\(|\)/u.test(text)) return 'a reference names a function, it does not call it'
  return undefined
}
