// The value of one option alone, for scripts: as a file would hold it, of a multi-valued one a line each.
import { isDeepStrictEqual } from 'node:util'
import type { Config, ConfigEntry } from '../config/index.ts'
import { itemOf, renderValue } from '../config/kinds.ts'
import { optionKey, splitName } from '../config/names.ts'
import { ExitCode, SlipwayError } from '../errors.ts'
import { serviceGroups } from './option-namespaces.ts'
import { projectAt } from './project.ts'
import { readServiceConfig, tellNearMisses } from './service-config.ts'
import type { Terminal } from './terminal.ts'

export interface ConfigGetOptions {
  readonly configFile?: readonly string[]
  readonly showSecrets?: true
  readonly manifest?: string
  readonly json?: true
}

/** @throws SlipwayError SLIPWAY_CONFIG_UNKNOWN; SLIPWAY_USAGE for a secret */
export async function getConfig(name: string, options: ConfigGetOptions, terminal: Terminal): Promise<number> {
  const { groups, problems } = await serviceGroups(projectAt(options.manifest, terminal.cwd))
  const config = readServiceConfig({ files: options.configFile, groups })
  tellNearMisses(config, terminal, problems)
  const value = config.value(name)
  const entry = entryOf(config, name)
  // What holds a secret by `$name` is one, too: listings mask it.
  if (!options.showSecrets && (entry.secret || !isDeepStrictEqual(entry.value, value))) {
    throw new SlipwayError('SLIPWAY_USAGE', `option "${name}" is a secret`, {
      hint: 'to see it all the same: --show-secrets',
    })
  }
  terminal.out(options.json ? `${JSON.stringify(value)}\n` : textOf(entry, value))
  return ExitCode.ok
}

function entryOf(config: Config, written: string): ConfigEntry {
  const { group, name } = splitName(written)
  const key = optionKey(group, name)
  const entry = config.entries().find((one) => optionKey(one.group, one.name) === key)
  if (entry) return entry
  throw new SlipwayError('SLIPWAY_INTERNAL', `option "${written}" has a value and no entry`)
}

function textOf({ option }: ConfigEntry, value: unknown): string {
  if (option.kind !== 'multi' || !Array.isArray(value)) return `${renderValue(option, value)}\n`
  return value.map((one) => `${renderValue(itemOf(option), one)}\n`).join('')
}
