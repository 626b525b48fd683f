// Finds what was written and is never read: options that no declaration knows, and groups.
// Pure; whether an unknown option ends the start is the caller's decision.
import { closeNames } from '../diagnostic.ts'
import { type Diagnostic, diagnostic, type Where } from '../errors.ts'
import type { OsloEntry } from '../ini/index.ts'
import { envName, foldGroup, optionKey } from './names.ts'
import type { Registered, Registry } from './registry.ts'
import type { Sources } from './sources.ts'

/** Options in a group that the program declares, but not with this name. */
export function unknownOptions(sources: Sources, registry: Registry, severity: Diagnostic['severity']): Diagnostic[] {
  return sources.files
    .flatMap((file) => file.entries)
    .filter((entry) => registry.group(entry.group) && !registry.answersTo(optionKey(entry.group, entry.name)))
    .map((entry) => unknownOption(entry, registry, severity))
}

/** Groups that nothing declares, each once a file: other programs may share the file, so these are warnings. */
export function unknownGroups(sources: Sources, registry: Registry): Diagnostic[] {
  const names = registry.groups().map((group) => group.name)
  return sources.files.flatMap((file) => {
    const unread = file.entries.filter(
      (entry) => !registry.group(entry.group) && !registry.answersTo(optionKey(entry.group, entry.name)),
    )
    const firsts = new Map(unread.toReversed().map((entry) => [foldGroup(entry.group), entry]))
    return Array.from(firsts.values(), (entry) =>
      diagnostic('warning', 'SLIPWAY_CONFIG_UNKNOWN', `no option of group "${entry.group}" is known here`, {
        where: entry.groupWhere,
        alternatives: closeNames(entry.group, names),
      }),
    ).toReversed()
  })
}

/** Environment variables that are spelt for a group of this program and name no option in it. */
export function unknownVariables(sources: Sources, registry: Registry): Diagnostic[] {
  return registry.groups().flatMap(({ name, members }) => {
    const prefix = envName(name, '')
    const known = new Set(members.map((member) => envName(member.group, member.name)))
    return Object.keys(sources.env)
      .filter((variable) => variable.startsWith(prefix) && !known.has(variable))
      .map((variable) =>
        diagnostic('warning', 'SLIPWAY_CONFIG_UNKNOWN', `environment variable "${variable}" sets no option`, {
          alternatives: closeNames(variable, known),
        }),
      )
  })
}

function unknownOption(entry: OsloEntry, registry: Registry, severity: Diagnostic['severity']): Diagnostic {
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

function groupHeading({ group }: Registered): string {
  return `[${group}]`
}

/** The line up to the value, which may be a password under a mistyped name. */
function withoutValue({ where, valueWhere }: OsloEntry): Where {
  if (where.text === undefined || valueWhere.column === undefined) return where
  return { ...where, text: `${where.text.slice(0, valueWhere.column - 1)}…` }
}
