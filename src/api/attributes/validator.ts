// What a validator is: a test of one value, and where there is one the JSON Schema of what it takes.
// Types and the two ways of making one out of another. The table of all is in validators.ts.
import { spaces } from './python-text.ts'

/** A JSON Schema of draft 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown }

/** Finds the validators that a rule with rules in it names. */
export interface ValidatorSource {
  get(type: string): Validator | undefined
}

export interface Validator<Arg = unknown> {
  /** Null, or the reason why the value is refused; it ends without a full stop. May throw an HttpError with a text of its own. */
  validate(value: unknown, arg: Arg, source: ValidatorSource): string | null
  /** Never narrower than `validate`; without it the document says nothing about the value. */
  schema?(arg: Arg, schemas: SchemaSource): JsonSchema
  /** The schema takes exactly what `validate` takes. */
  readonly isExact?: boolean
  /** Called when a map is loaded: what the argument should be, or null when it is right. */
  expects?(arg: unknown, source: ValidatorSource): string | null
}

export interface SchemaSource extends ValidatorSource {
  /** The schema of `{'type:x': arg}`, with a conversion before it. */
  of(rules: object): JsonSchema
}

/** The same, and null is valid. */
export function orNone<Arg>(validator: Validator<Arg>): Validator<Arg> {
  return {
    ...validator,
    validate: (value, arg, source) => (value === null ? null : validator.validate(value, arg, source)),
    ...(validator.schema && {
      schema: (arg: Arg, schemas: SchemaSource) => nullable(validator.schema?.(arg, schemas) ?? {}),
    }),
  }
}

export function nullable(schema: JsonSchema): JsonSchema {
  if (Object.keys(schema).length === 0) return schema
  if (typeof schema.type === 'string' && schema.enum === undefined) return { ...schema, type: [schema.type, 'null'] }
  return { anyOf: [schema, { type: 'null' }] }
}

export function isDict(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A pattern for one of some words, in any case, with spaces around. */
export function wordPattern(words: readonly string[]): string {
  const anyCase = (word: string) => word.replaceAll(/[a-z]/gu, (letter) => `[${letter}${letter.toUpperCase()}]`)
  return `^[${spaces}]*(?:${words.map(anyCase).join('|')})[${spaces}]*$`
}
