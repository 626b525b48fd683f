// One option of a sample file: its help and its facts as comments, then the line that would set it. The texts
// and their order are those of oslo-config-generator; docs/config-decisions.md tells where we depart. Pure.
import { boundsOf, describedChoices, kindName, oldNames } from './facts.ts'
import { fileTextOf } from './file-text.ts'
import { convert } from './kinds.ts'
import { masked } from './masked.ts'
import type { Option } from './option.ts'
import { Rejection } from './rejection.ts'
import { commentLines } from './wrap.ts'

export interface SampleStyle {
  /** Characters of a line of help; 0 for no limit. */
  readonly wrapWidth: number
  /** Only what is required, and as lines that count. */
  readonly minimal: boolean
  /** Only the first paragraph of each help. */
  readonly summarize: boolean
}

/** The lines of an option of a group, the group as files spell it. */
export function sampleLines(group: string, name: string, option: Option, style: SampleStyle): string[] {
  const wrapped = (text: string): string[] => commentLines(text, style.wrapWidth || unlimited)
  const { min, max } = boundsOf(option)
  const choices = describedChoices(option)
  return [
    ...wrapped(helpText(option, style.summarize)),
    ...(min === null ? [] : [`# Minimum value: ${min}`]),
    ...(max === null ? [] : [`# Maximum value: ${max}`]),
    ...(choices.length > 0 ? ['# Possible values:'] : []),
    ...choices.flatMap(([choice, about]) => wrapped(`${choiceText(choice)} - ${about ?? '<No description provided>'}`)),
    ...(option.mutable ? ['# Note: This option can be changed without restarting.'] : []),
    ...oldNames(option, group).map((old) => `# Deprecated group/name - [${old.group}]/${old.name}`),
    ...removalLines(option, wrapped),
    ...(option.advanced ? advancedLines : []),
    ...(hasSampleDefault(option) ? sampleDefaultLines : []),
    ...settingLines(name, option, style.minimal),
  ]
}

const unlimited = 998

const advancedLines = [
  '# Advanced Option: intended for advanced users and not used',
  '# by the majority of users, and might have a significant',
  '# effect on stability and/or performance.',
]

const sampleDefaultLines = [
  '#',
  '# This option has a sample default set, which means that',
  '# its actual default value may vary from the one documented',
  '# below.',
]

function helpText(option: Option, isSummary: boolean): string {
  const kind = `(${kindName(option)})`
  const { help = '' } = option
  if (help === '') return kind
  const prefix = option.deprecatedForRemoval && !help.startsWith('DEPRECATED') ? 'DEPRECATED: ' : ''
  return `${prefix}${isSummary ? summaryOf(help) : help} ${kind}`
}

function summaryOf(help: string): string {
  const [first = '', ...rest] = help.split('\n\n')
  const summary = first.replace(/:+$/u, '').replace(/\.+$/u, '')
  return rest.length > 0 ? `${summary}. For more information, refer to the documentation.` : summary
}

function choiceText(choice: string | number): string {
  return choice === '' ? "''" : String(choice)
}

function removalLines({ deprecatedForRemoval }: Option, wrapped: (text: string) => string[]): string[] {
  if (!deprecatedForRemoval) return []
  const { reason, since } = deprecatedForRemoval
  return [
    ...commentLines(`This option is deprecated for removal${since === undefined ? '' : ` since ${since}`}.`, unlimited),
    '# Its value may be silently ignored in the future.',
    ...(reason === undefined ? [] : wrapped(`Reason: ${reason}`)),
  ]
}

/** An empty one is shown, too, but goes without saying. */
function hasSampleDefault({ sampleDefault }: Option): boolean {
  return sampleDefault !== undefined && sampleDefault !== null && sampleDefault !== '' && !isEmptyList(sampleDefault)
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

function settingLines(name: string, option: Option, isMinimal: boolean): string[] {
  const { texts, note, isLive } = shownDefault(option)
  const mark = isMinimal && isLive ? '' : '#'
  const lines = texts.flatMap((text) => {
    const [first = '', ...rest] = text.split(/\r\n|[\r\n]/u)
    return [`${mark}${name} =${first === '' ? '' : ` ${first}`}`, ...rest.map((line) => `${mark}    ${line}`)]
  })
  return [...(note === null ? [] : [`# Note: ${note}`]), ...lines]
}

interface ShownDefault {
  readonly texts: readonly string[]
  readonly note: string | null
  /** Whether the line may count: what stands there is a value of the option. */
  readonly isLive: boolean
}

function shownDefault(option: Option): ShownDefault {
  const { sampleDefault } = option
  if (sampleDefault !== undefined && sampleDefault !== null) {
    // A text is an example in its own words, `<number of CPUs>`.
    if (typeof sampleDefault === 'string') {
      return { texts: [sampleDefault], note: null, isLive: isTaken(option, sampleDefault) }
    }
    return { texts: fileTextOf(option, sampleDefault).texts, note: null, isLive: true }
  }
  const value = option.default
  if (isUnset(value) || (option.kind === 'multi' && isEmptyList(value))) {
    return { texts: [option.kind === 'multi' ? '' : '<None>'], note: null, isLive: false }
  }
  if (option.secret) return { texts: [masked], note: 'The default is a secret and is not shown.', isLive: false }
  const { texts, isExact } = fileTextOf(option, value)
  return { texts, note: isExact ? null : 'No line of a file can hold this default.', isLive: isExact }
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === null
}

function isTaken(option: Option, text: string): boolean {
  try {
    convert(option, text)
    return true
  } catch (error) {
    if (error instanceof Rejection) return false
    throw error
  }
}
