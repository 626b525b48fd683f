// The line that `--help` gives an option: what it is, what it may be, its default, its variable.
// Pure; the layout of the whole is commander's.
import { choicesOf, renderValue } from './kinds.ts'
import { envName } from './names.ts'
import type { Registered } from './registry.ts'

export function helpOf({ group, name, option }: Registered): string {
  const choices = [...choicesOf(option).keys()].join(', ')
  const hasDefault = option.default !== undefined && option.default !== null
  const facts = [
    choices && `one of: ${choices}`,
    option.required && 'required',
    option.kind === 'multi' && 'repeatable',
    hasDefault && `default: ${option.secret ? '****' : renderValue(option, option.default) || '""'}`,
    `env: ${envName(group, name)}`,
  ]
  return `${option.help ?? ''} (${facts.filter(Boolean).join('; ')})`.trimStart()
}
