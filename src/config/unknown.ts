// Finds what was written and is never read: options that no declaration knows, and groups.
// Pure; whether an unknown option ends the start is the caller's decision.
import { closeNames } from '../diagnostic.ts'
import { type Diagnostic, diagnostic, type Where } from '../errors.ts'
import type { OsloEntry } from '../ini/index.ts'
import { envName, foldGroup, optionKey } from './names.ts'
import type { Registered, Registry } from './registry.ts'
import { isOwnKey, ownVariable } from './source-options.ts'
import { type ParsedFile, type Sources, withoutText } from './sources.ts'

type Severity = Diagnostic['severity']

/** Options in a group that the program declares, but not with this name. */
export function unknownOptions(sources: Sources, registry: Registry, severity: Severity): Diagnostic[] {
  return sources.texts.flatMap((file) => {
    const keys = unreadKeys(file, registry, (group) => registry.group(group) !== undefined)
    if (keys.size === 0) return []
    return file.entries.flatMap((entry, index) => {
      if (!keys.has(optionKey(entry.group, entry.name))) return []
      const last = file.entries[index - 1]
      const isTail = last !== undefined && registry.isSecret(optionKey(last.group, last.name)) && !isName(entry.name)
      return [isTail ? tailOfSecret(last, entry, severity) : unknownOption(entry, registry, severity)]
    })
  })
}

/** Groups that nothing declares, each once a file. */
export function unknownGroups(sources: Sources, registry: Registry, severity: Severity): Diagnostic[] {
  const names = registry.groups().map((group) => group.name)
  return sources.texts.flatMap((file) => {
    const keys = unreadKeys(file, registry, (group) => registry.group(group) === undefined)
    const unread = [...keys].flatMap((key) => file.byKey.get(key)?.[0] ?? [])
    const firsts = new Map(unread.toReversed().map((entry) => [foldGroup(entry.group), entry]))
    return Array.from(firsts.values(), (entry) =>
      diagnostic(severity, 'SLIPWAY_CONFIG_UNKNOWN', `no option of group "${entry.group}" is known here`, {
        where: entry.groupWhere,
        alternatives: closeNames(entry.group, names),
      }),
    ).toReversed()
  })
}

/** The keys of a text that no declaration answers to, in groups of one sort. */
function unreadKeys(file: ParsedFile, registry: Registry, isOfSort: (group: string) => boolean): Set<string> {
  const unread = [...file.byKey].filter(([key, [first]]) => {
    if (registry.answersTo(key) || isOwnKey(key) || !first) return false
    return isOfSort(first.group)
  })
  return new Set(unread.map(([key]) => key))
}

/** Environment variables that are spelt for a group of this program and name no option in it. */
export function unknownVariables(sources: Sources, registry: Registry, severity: Severity): Diagnostic[] {
  return registry.groups().flatMap(({ name, members }) => {
    const prefix = envName(name, '')
    const known = new Set([...members.map((member) => envName(member.group, member.name)), ownVariable])
    return Object.keys(sources.reading.env)
      .filter((variable) => variable.startsWith(prefix) && !known.has(variable))
      .map((variable) =>
        diagnostic(severity, 'SLIPWAY_CONFIG_UNKNOWN', `environment variable "${variable}" sets no option`, {
          alternatives: closeNames(variable, known),
        }),
      )
  })
}

function unknownOption(entry: OsloEntry, registry: Registry, severity: Severity): Diagnostic {
  const members = registry.group(entry.group)?.members ?? []
  const close = closeNames(
    entry.name,
    members.map(({ name }) => name),
  )
  const elsewhere = Array.from(registry.all()).filter(({ name }) => name === entry.name)
  return diagnostic(severity, 'SLIPWAY_CONFIG_UNKNOWN', `no option "${entry.name}" in group "${entry.group}"`, {
    where: withoutValue(entry),
    alternatives: close.length === 0 && members.length <= 8 ? members.map(({ name }) => name) : close,
    hint: elsewhere.length > 0 ? `it is an option of ${elsewhere.map(groupHeading).join(', ')}` : undefined,
  })
}

/** A line that was meant to continue a key or a certificate: its "name" is a piece of that. */
function tailOfSecret(secret: OsloEntry, { where }: OsloEntry, severity: Severity): Diagnostic {
  const message = `a line behind "${secret.name}" sets no option`
  const hint = `indent it if it belongs to the value of "${secret.name}"`
  return diagnostic(severity, 'SLIPWAY_CONFIG_UNKNOWN', message, { where: withoutText(where), hint })
}

function isName(text: string): boolean {
  return /^[a-z][a-z0-9_-]{0,39}$/u.test(text)
}

function groupHeading({ group }: Registered): string {
  return `[${group}]`
}

/** The line up to the value, which may be a password under a mistyped name. */
function withoutValue({ where, valueWhere }: OsloEntry): Where {
  if (where.text === undefined || valueWhere.column === undefined) return where
  return { ...where, text: `${where.text.slice(0, valueWhere.column - 1)}…` }
}
