// How an option is called: in messages, in files, in the environment, on the command line, and as a
// key of the maps in this room. Pure.

/** `api.workers`; an option of DEFAULT by its name alone. */
export function fullName(group: string, name: string): string {
  return group === 'DEFAULT' ? name : `${group}.${name}`
}

/** Group names fold to lower case in files, except DEFAULT (as oslo.config does). */
export function foldGroup(group: string): string {
  return group === 'DEFAULT' ? group : group.toLowerCase()
}

/** A file and a flag may spell an option's name with dashes. */
function foldName(name: string): string {
  return name.includes('-') ? name.replaceAll('-', '_') : name
}

/** One spelling for each option: what maps are keyed by. */
export function optionKey(group: string, name: string): string {
  return `${foldGroup(group)}.${foldName(name)}`
}

/** `group.name` or `name` taken apart; a group's name may hold dots, an option's may not. */
export function splitName(name: string, group = 'DEFAULT'): { group: string; name: string } {
  const dot = name.lastIndexOf('.')
  return dot === -1 ? { group, name } : { group: name.slice(0, dot), name: name.slice(dot + 1) }
}

/** `OS_<GROUP>__<OPTION>`; DEFAULT is spelt out, a dash in a group's name stays. */
export function envName(group: string, name: string): string {
  return `OS_${group.toUpperCase()}__${name.toUpperCase()}`
}

/** `--log-file`, in a group `--api-workers`; dashes for underscores. */
export function flagName(group: string, name: string, prefix = ''): string {
  const path = group === 'DEFAULT' ? `${prefix}${name}` : `${group}-${prefix}${name}`
  return `--${path.replaceAll('_', '-')}`
}
