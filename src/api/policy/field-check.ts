// `field:networks:shared=True`: compares a field of the target with a value, `field:ports:device_owner=~^network:`
// with a regular expression. neutron's and tacker's check; the type of a field comes from their attribute map.
import { messageOf } from '../../diagnostic.ts'
import { pythonText } from './template.ts'
import type { Fault, Leaf } from './tree.ts'

/** The value that a text stands for in a field of a resource, as its `convert_to` makes it. What it throws is a fault of the rule. */
export type FieldConverter = (resource: string, field: string, text: string) => unknown

export function fieldLeaf(match: string, at: number, convert: FieldConverter | null): Leaf | Fault {
  const text = `field:${match}`
  const parts = /^([^:]*):([^=]*)=(.*)$/su.exec(match)
  if (!parts) {
    return { message: `"${text}" names no field`, at, length: text.length, expected: 'field:resource:name=value' }
  }
  const [, resource = '', field = '', wanted = ''] = parts
  const matches = wanted.startsWith('~')
    ? patternTest(wanted.slice(1))
    : valueTest(() => (convert ? convert(resource, field, wanted) : wanted))
  if (typeof matches === 'string') return { message: `"${text}": ${matches}`, at, length: text.length }
  const check: ReturnType<Leaf['bind']> = (target) => {
    const value = target[field]
    return value !== undefined && value !== null && Object.hasOwn(target, field) && matches(value)
  }
  return {
    kind: 'check',
    text,
    waits: false,
    bind: () => check,
    describe: (target) =>
      Object.hasOwn(target, field) ? `${field} is "${pythonText(target[field])}"` : `the target has no "${field}"`,
  }
}

/** From the start of the text, as Python's re.match. */
function patternTest(source: string): ((value: unknown) => boolean) | string {
  try {
    const pattern = new RegExp(`^(?:${source})`, 'u')
    return (value) => typeof value === 'string' && pattern.test(value)
  } catch (error) {
    return messageOf(error)
  }
}

/** Values of a type are compared as such; a text that nobody converted also as the words that booleans have. */
function valueTest(wantedValue: () => unknown): ((value: unknown) => boolean) | string {
  try {
    const wanted = wantedValue()
    if (typeof wanted !== 'string') return (value) => value === wanted
    const word = wanted.toLowerCase()
    return (value) => {
      if (typeof value === 'boolean') return (value ? ['true', '1'] : ['false', '0']).includes(word)
      return pythonText(value) === wanted
    }
  } catch (error) {
    return messageOf(error)
  }
}
