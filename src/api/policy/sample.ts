// Policies as the text of a file: the sample with its help, in the layout of oslo.policy's generator, and the files that
// the tools write. Pure.
import { commentLines } from '../../config/wrap.ts'
import type { PolicyDeclaration } from './declare.ts'

/** The policies under one entry point. */
export interface PolicySection {
  readonly name: string
  readonly rules: readonly PolicyDeclaration[]
}

export interface SampleSettings {
  readonly format: 'yaml' | 'json'
  readonly excludesDeprecated?: boolean | undefined
}

const width = 70

/** Every policy with what it says unless a file says otherwise; as YAML commented out, with its help. */
export function renderSample(
  sections: readonly PolicySection[],
  { format, excludesDeprecated }: SampleSettings,
): string {
  const rules = sections.toSorted((a, b) => (a.name < b.name ? -1 : 1)).flatMap((section) => section.rules)
  const pairs = rules.map(({ name, check }): [string, unknown] => [name, check])
  if (format === 'json') return renderRules(pairs, format)
  return rules.map((rule) => sampleOf(rule, !excludesDeprecated)).join('')
}

/** Names with rules, one on a line. */
export function renderRules(
  rules: readonly (readonly [name: string, rule: unknown])[],
  format: 'yaml' | 'json',
): string {
  const lines = rules.map(([name, rule]) => ruleLine(name, rule))
  if (format === 'json') return lines.length === 0 ? '{}\n' : `{\n    ${lines.join(',\n    ')}\n}\n`
  return lines.length === 0 ? '{}\n' : `${lines.join('\n')}\n`
}

/** JSON, which is YAML too. */
export function ruleLine(name: string, rule: unknown): string {
  return `${JSON.stringify(name)}: ${JSON.stringify(rule ?? '')}`
}

/** What a policy is for, as comment lines in front of it. */
export function helpOf({ description, operations = [], scopeTypes }: PolicyDeclaration): string {
  const lines = [
    ...(description ? helpLines(description) : []),
    ...operations.map(({ method, path }) => `# ${method}  ${path}`),
    ...(scopeTypes === undefined ? [] : [`# Intended scope(s): ${scopeTypes.join(', ')}`]),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function sampleOf(rule: PolicyDeclaration, tellsDeprecated: boolean): string {
  const { name, check, deprecatedRule: old, deprecatedForRemoval: removal } = rule
  const text = `${helpOf(rule)}#${ruleLine(name, check)}\n\n`
  if (!tellsDeprecated) return text
  if (removal) {
    const head = [
      '# DEPRECATED',
      `# "${name}" has been deprecated since ${removal.since}.`,
      ...helpLines(removal.reason),
    ]
    return `${head.join('\n')}\n${text}`
  }
  if (!old) return text
  const told = `"${old.name}":${plain(old.check)} has been deprecated since ${old.since ?? 'this release'} in favor of "${name}":${plain(check)}.`
  const lines = ['# DEPRECATED', ...commentLines(told, width), ...helpLines(old.reason ?? '')]
  const alias = old.name === name ? [] : [...renamed, `# "${old.name}": "rule:${name}"`]
  return `${text}${[...lines, ...alias].join('\n')}\n\n`
}

function plain(check: PolicyDeclaration['check']): string {
  return typeof check === 'string' ? `"${check}"` : JSON.stringify(check)
}

const renamed = [
  '# WARNING: A rule name change has been identified.',
  '#          This may be an artifact of new rules being',
  '#          included which require legacy fallback',
  '#          rules to ensure proper policy behavior.',
  '#          Alternatively, this may just be an alias.',
  '#          Please evaluate on a case by case basis',
  '#          keeping in mind the format for aliased',
  '#          rules is:',
  '#          "old_rule_name": "new_rule_name".',
]

/** Paragraphs are wrapped; lines that begin with a blank stand as they are. */
function helpLines(text: string): string[] {
  const lines: string[] = []
  let paragraph: string[] = []
  const flush = () => {
    if (paragraph.length > 0) lines.push(...commentLines(paragraph.join(' '), width))
    paragraph = []
  }
  for (const line of text.trim().split('\n')) {
    const trimmed = line.trimEnd()
    if (trimmed === '') {
      flush()
      lines.push('#')
    } else if (/^\s/u.test(line)) {
      if (paragraph.length > 0) {
        flush()
        lines.push('#')
      }
      lines.push(`# ${trimmed}`)
    } else paragraph.push(trimmed)
  }
  flush()
  return text.trim() === '' ? ['#'] : lines
}
