// All options with their values and origins: those that every service has, and those that the manifest
// names under `slipway.config`. Imports the modules that declare them, and no other code.
import type { Config, ConfigEntry, OptionGroup, Origin } from '../config/index.ts'
import { type Position, positionOf } from '../diagnostic.ts'
import type { Distribution } from '../entrypoints/distribution.ts'
import type { EntryPoint } from '../entrypoints/entry-point.ts'
import { loadReference } from '../entrypoints/load.ts'
import { ExitCode, SlipwayError } from '../errors.ts'
import { paintFor } from './colour.ts'
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

/** The group of entry points that lead to option groups. */
const entryGroup = 'slipway.config'

export async function showConfig(options: ConfigShowOptions, terminal: Terminal): Promise<number> {
  const groups = await declaredGroups(projectAt(options.manifest, terminal.cwd))
  const config = readServiceConfig({ files: options.configFile, groups })
  tellNearMisses(config, terminal)
  const entries = shownEntries(config, options)
  terminal.out(options.json ? `${JSON.stringify(entries.map(entryJson), null, 2)}\n` : renderEntries(entries, terminal))
  return ExitCode.ok
}

function shownEntries(config: Config, { changed }: ConfigShowOptions): ConfigEntry[] {
  return config.entries().filter(({ origin }) => !changed || origin.kind !== 'default')
}

async function declaredGroups(project: Distribution): Promise<OptionGroup[]> {
  const groups: OptionGroup[] = []
  for (const entry of project.entryPoints.filter(({ group }) => group === entryGroup)) {
    groups.push(...(await groupsOf(entry, project)))
  }
  return groups
}

/** A group, a list of groups, or a function that gives either. */
async function groupsOf(entry: EntryPoint, project: Distribution): Promise<OptionGroup[]> {
  if (!entry.reference) return []
  const named = await loadReference(entry.reference, project, { where: entry.valueWhere })
  const given: unknown = typeof named === 'function' ? await (named as () => unknown)() : named
  const groups: unknown[] = Array.isArray(given) ? given : [given]
  if (groups.every(isOptionGroup)) return groups
  throw new SlipwayError('SLIPWAY_CONFIG_DECLARATION', `"${entry.value}" leads to no group of options`, {
    where: entry.valueWhere,
    expected: 'what group() returns, a list of such, or a function that gives one of the two',
  })
}

function isOptionGroup(value: unknown): value is OptionGroup {
  return typeof value === 'object' && value !== null && 'name' in value && 'options' in value
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
