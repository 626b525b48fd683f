// All options with their values as lines for a log, in the layout of oslo.config's log_opt_values; secrets
// masked, on the command line as well. Pure: whoever owns the log writes them, at debug.
import type { Config } from './config.ts'
import type { ConfigEntry } from './entries.ts'
import { fullName } from './names.ts'

const width = 80

/** A rule, what was read, then a line for each option: DEFAULT first, then the groups in order of declaration. */
export function renderOptionValues(conf: Config): string[] {
  const entries = conf.entries()
  const groups = [...new Set(['DEFAULT', ...entries.map(({ group }) => group)])]
  return [
    '*'.repeat(width),
    'Configuration options gathered from:',
    `command line args: ${JSON.stringify(conf.commandLine)}`,
    `config files: ${JSON.stringify(conf.files)}`,
    '='.repeat(width),
    ...groups.flatMap((group) =>
      entries
        .filter((entry) => entry.group === group)
        .sort(byName)
        .map(lineOf),
    ),
    '*'.repeat(width),
  ]
}

function lineOf({ group, name, value }: ConfigEntry): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return `${fullName(group, name).padEnd(30)} = ${text}`
}

function byName(a: ConfigEntry, b: ConfigEntry): number {
  return a.name < b.name ? -1 : 1
}
