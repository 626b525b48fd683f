// The line that `--help` gives an option: what it is, what it may be, its default, its variable.
// Pure; the layout of the whole is commander's.
import { choicesOf, renderValue } from './kinds.ts'
import { envName } from './names.ts'
import type { Option } from './option.ts'
import type { Registered } from './registry.ts'

export function helpOf({ group, name, option, isOfCommand }: Registered): string {
  const choices = [...choicesOf(option).keys()].join(', ')
  const facts = [
    choices && `one of: ${choices}`,
    option.required && 'required',
    option.kind === 'multi' && 'repeatable',
    shownDefault(option),
    !isOfCommand && `env: ${envName(group, name)}`,
  ]
  const told = facts.filter(Boolean).join('; ')
  return `${option.help ?? ''}${told && ` (${told})`}`.trimStart()
}

function shownDefault(option: Option): string | null {
  if (option.default === undefined || option.default === null) return null
  if (option.secret) return 'default: ****'
  // An empty list is what one expects; an empty text is worth a word.
  const text = renderValue(option, option.default) || (option.kind === 'str' ? '""' : '')
  return text && `default: ${text}`
}
