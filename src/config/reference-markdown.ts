// The options as a document for operators: a heading for each group and option, what it is for, what it may
// be, and every way to set it. Pure.
import { type CatalogueGroup, type CatalogueOption, type CataloguePart, catalogueOf } from './catalogue.ts'
import { boundsOf, describedChoices, kindName, oldNames } from './facts.ts'
import { fileTextOf } from './file-text.ts'
import { envName, flagName, fullName } from './names.ts'
import type { Namespace } from './namespaces.ts'
import type { Option } from './option.ts'

/** A Markdown document. */
export function renderReference(namespaces: readonly Namespace[]): string {
  const groups = catalogueOf(namespaces).filter(({ parts }) => parts.length > 0)
  const sources = new Set(groups.flatMap(({ parts }) => parts.map(({ namespace }) => namespace)))
  const blocks = groups.flatMap((group) => groupBlocks(group, sources.size > 1))
  return `${['# Configuration options', ...blocks].join('\n\n')}\n`
}

function groupBlocks(group: CatalogueGroup, tellsNamespaces: boolean): string[] {
  const heading = `## ${code(`[${group.name}]`)}`
  const help = group.help === null ? [] : [prose(group.help)]
  return [heading, ...help, ...group.parts.flatMap((part) => partBlocks(group, part, tellsNamespaces))]
}

function partBlocks(group: CatalogueGroup, { namespace, options }: CataloguePart, tellsNamespace: boolean): string[] {
  const source = tellsNamespace ? [`From ${code(namespace)}:`] : []
  return [...source, ...options.flatMap((one) => optionBlocks(group, one))]
}

function optionBlocks(group: CatalogueGroup, { name, option }: CatalogueOption): string[] {
  const { help = '' } = option
  const facts = [valueFact(option), ...choiceFacts(option), waysToSet(group, name, option), ...warnings(group, option)]
  return [
    `### ${code(fullName(group.name, name))}`,
    ...(help === '' ? [] : [prose(help)]),
    facts.map((fact) => `- ${fact}`).join('\n'),
  ]
}

/** `integer value, required, at least 1, default 4`. */
function valueFact(option: Option): string {
  const { min, max } = boundsOf(option)
  const facts = [
    kindName(option),
    option.required && 'required',
    min !== null && `at least ${min}`,
    max !== null && `at most ${max}`,
    option.secret && 'secret',
    option.mutable && 'can be changed without restarting',
    defaultFact(option),
    hasValue(option.sampleDefault) && `for example ${shown(option, option.sampleDefault)}`,
  ]
  return facts.filter(Boolean).join(', ')
}

function defaultFact(option: Option): string | false {
  if (!hasValue(option.default)) return false
  return option.secret ? 'its default is not shown' : `default ${shown(option, option.default)}`
}

function hasValue(value: unknown): boolean {
  return value !== undefined && value !== null
}

function shown(option: Option, value: unknown): string {
  const { texts } = fileTextOf(option, value)
  return texts.length === 0 ? 'none' : texts.map((text) => (text === '' ? 'empty' : code(text))).join(' and ')
}

function choiceFacts(option: Option): string[] {
  const choices = describedChoices(option)
  if (choices.length === 0) return []
  const lines = choices.map(([choice, about]) => {
    const value = choice === '' ? 'empty' : code(String(choice))
    return `  - ${value}${about === null ? '' : `: ${prose(about)}`}`
  })
  return [['one of', ...lines].join('\n')]
}

function waysToSet({ declaredName }: CatalogueGroup, name: string, option: Option): string {
  const flag = flagName(declaredName, name)
  const short = option.short === undefined ? '' : ` or ${code(`-${option.short}`)}`
  const ways = [
    option.positional && `argument ${code(`<${name}>`)}`,
    option.cli && !option.positional && `flag ${code(flag)}${short}`,
    `variable ${code(envName(declaredName, name))}`,
  ]
  return ways.filter(Boolean).join(', ')
}

function warnings({ name }: CatalogueGroup, option: Option): string[] {
  const olds = oldNames(option, name).map((old) => code(fullName(old.group, old.name)))
  const { deprecatedForRemoval: removal } = option
  const since = removal?.since === undefined ? '' : ` since ${prose(removal.since)}`
  const reason = removal?.reason === undefined ? '' : `: ${prose(removal.reason)}`
  return [
    ...(olds.length > 0 ? [`earlier ${olds.length === 1 ? 'name' : 'names'}: ${olds.join(', ')}`] : []),
    ...(removal ? [`**deprecated**${since}, it will be removed${reason}`] : []),
    ...(option.advanced ? ['for advanced users: it may affect stability and speed'] : []),
  ]
}

/** Texts of developers: their characters mean themselves, except backquotes. */
function prose(text: string): string {
  return text
    .trim()
    .replaceAll(/[\\*<]/gu, String.raw`\$&`)
    .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\_`)
}

/** A text in backquotes, whatever it holds. */
function code(text: string): string {
  const line = /[\p{Cc}\u2028\u2029]/u.test(text) ? JSON.stringify(text) : text
  const longest = Math.max(0, ...(line.match(/`+/gu) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  const room = /^`|`$/u.test(line) || (line.startsWith(' ') && line.endsWith(' ')) ? ' ' : ''
  return `${fence}${room}${line}${room}${fence}`
}
