// All options with their values and origins: those that every service has, and those that the manifest
// leads to. Imports the modules that declare them, and no other code.
import type { Config, ConfigEntry, Origin } from '../config/index.ts'
import { type Position, positionOf } from '../diagnostic.ts'
import { ExitCode } from '../errors.ts'
import { paintFor } from './colour.ts'
import { serviceGroups } from './option-namespaces.ts'
import { projectAt } from './project.ts'
import { readServiceConfig, tellNearMisses } from './service-config.ts'
import { renderTable } from './table.ts'
import type { Terminal } from './terminal.ts'

export interface ConfigShowOptions {
  readonly configFile?: readonly string[]
  readonly changed?: true
  readonly manifest?: string
  readonly json?: true
}

export async function showConfig(options: ConfigShowOptions, terminal: Terminal): Promise<number> {
  const { groups, problems } = await serviceGroups(projectAt(options.manifest, terminal.cwd))
  const config = readServiceConfig({ files: options.configFile, groups })
  tellNearMisses(config, terminal, problems)
  const entries = shownEntries(config, options)
  terminal.out(options.json ? `${JSON.stringify(entries.map(entryJson), null, 2)}\n` : renderEntries(entries, terminal))
  return ExitCode.ok
}

function shownEntries(config: Config, { changed }: ConfigShowOptions): ConfigEntry[] {
  return config.entries().filter(({ origin }) => !changed || origin.kind !== 'default')
}

interface EntryJson {
  readonly group: string
  readonly name: string
  readonly value: unknown
  readonly origin: string
  readonly where: Position | null
  readonly default: unknown
  readonly overridden: readonly { readonly origin: string; readonly where: Position | null; readonly value: unknown }[]
  readonly secret: boolean
}

function entryJson(entry: ConfigEntry): EntryJson {
  const { group, name, value, origin, overridden, secret } = entry
  return {
    group,
    name,
    value,
    origin: originText(origin),
    where: positionOf(origin.where),
    default: entry.default,
    overridden: overridden.map((one) => ({
      origin: originText(one.origin),
      where: positionOf(one.origin.where),
      value: one.value,
    })),
    secret,
  }
}

/** `etc/shop.conf:12`, `OS_API__WORKERS`, `--workers`, `default`. */
function originText({ kind, detail }: Origin): string {
  return kind === 'default' ? 'default' : detail
}

function renderEntries(entries: readonly ConfigEntry[], terminal: Terminal): string {
  const paint = paintFor(terminal, 'stdout')
  const groups = [...new Set(entries.map(({ group }) => group))]
  const blocks = groups.map((group) => {
    const members = entries.filter((entry) => entry.group === group)
    const rows = members.flatMap(({ name, value, origin, overridden }) => [
      [name, inOneLine(value), originText(origin)],
      ...overridden.map((one) => ['', `(${inOneLine(one.value)})`, `overridden ${originText(one.origin)}`]),
    ])
    const table = renderTable(rows, {
      indent: '  ',
      paint: (cell, column) => (column === 0 ? paint.bold(cell) : column === 2 ? paint.dim(cell) : cell),
    })
    return `${paint.cyan(`[${group}]`)}\n${table}\n`
  })
  return blocks.join('\n')
}

function inOneLine(value: unknown): string {
  if (typeof value === 'string' && value !== '' && !/[\n\r]/u.test(value)) return value
  return JSON.stringify(value) ?? ''
}
