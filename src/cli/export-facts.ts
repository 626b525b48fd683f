// What an export is made of: a command of the manifest, its configuration, and what a supervisor has to know
// of both. Imports the modules that declare options, and no other code; writes nothing.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Config, Origin } from '../config/index.ts'
import { closeNames } from '../diagnostic.ts'
import type { Distribution } from '../entrypoints/distribution.ts'
import { SlipwayError } from '../errors.ts'
import { type ListenAddress, parseAddress, type TcpAddress, type UnixAddress } from '../launch/address.ts'
import { launchGroup, type LaunchSettings } from '../launch/options.ts'
import { healthPath } from './export-health.ts'
import { serviceGroups } from './option-namespaces.ts'
import { requireProject } from './project.ts'
import { readServiceConfig, tellNearMisses } from './service-config.ts'
import type { Terminal } from './terminal.ts'

export interface ExportOptions {
  readonly command?: string
  readonly configFile?: readonly string[]
  readonly output?: string
  readonly manifest?: string
}

export interface SystemdOptions extends ExportOptions {
  readonly socketActivation?: true
}

export interface ImageOptions extends ExportOptions {
  readonly image?: string
}

export interface ServiceFacts {
  readonly command: string
  readonly project: Distribution
  /** Absolute, in the order of the command line. */
  readonly files: readonly string[]
  readonly config: Config
  readonly settings: LaunchSettings
  readonly tcp: readonly TcpAddress[]
  readonly unix: readonly UnixAddress[]
  /** Absolute; null when no option names one that is there. */
  readonly deployment: string | null
  /** The path that answers whether the service wants requests. */
  readonly health: string | null
}

/**
 * @throws SlipwayError SLIPWAY_USAGE for a command that is none; what is wrong with the manifest, the configuration or an address
 */
export async function exportFacts(options: ExportOptions, terminal: Terminal): Promise<ServiceFacts> {
  const project = requireProject(options.manifest, terminal.cwd)
  const command = commandOf(options.command, project)
  const { groups, problems } = await serviceGroups(project)
  const files = (options.configFile ?? []).map((file) => resolve(terminal.cwd, file))
  const config = readServiceConfig({ files, groups })
  tellNearMisses(config, terminal, problems)
  const settings = config.get(launchGroup)
  const listens = settings.listen.map((text) => parseAddress(text, config.origin('listen').where))
  const deployment = deploymentOf(config)
  return {
    command,
    project,
    files,
    config,
    settings,
    tcp: listens.filter(isTcp),
    unix: listens.filter(isUnix),
    deployment,
    health: deployment === null ? null : healthPath(deployment, { config, project }),
  }
}

function isTcp(address: ListenAddress): address is TcpAddress {
  return address.kind === 'tcp'
}

function isUnix(address: ListenAddress): address is UnixAddress {
  return address.kind === 'unix'
}

function commandOf(name: string | undefined, project: Distribution): string {
  const scripts = project.entryPoints.filter(({ group }) => group === 'console_scripts').map((entry) => entry.name)
  const [only] = scripts
  if (name === undefined && scripts.length === 1 && only !== undefined) return only
  if (name !== undefined && scripts.includes(name)) return name
  const message = name === undefined ? 'say which command: --command NAME' : `there is no console script "${name}"`
  const close = name === undefined ? [] : closeNames(name, scripts)
  throw new SlipwayError('SLIPWAY_USAGE', message, {
    alternatives: close.length > 0 ? close : scripts,
    hint: 'see: slipway list --group console_scripts',
  })
}

/** The options by which services name their deployment file: Nova's and Cinder's, then Glance's. */
const deploymentOptions = ['DEFAULT.api_paste_config', 'DEFAULT.paste_config', 'paste_deploy.config_file'] as const

function deploymentOf(config: Config): string | null {
  for (const { name } of deploymentEntries(config)) {
    const file = config.findFile(name)
    if (file !== null && existsSync(file)) return resolve(file)
  }
  return null
}

interface DeploymentEntry {
  readonly group: string
  readonly option: string
  /** As written. */
  readonly name: string
  readonly origin: Origin
}

/** The options that name a deployment file, with what they say. */
export function deploymentEntries(config: Config): DeploymentEntry[] {
  return config
    .entries()
    .filter(({ group, name }) => deploymentOptions.some((known) => known === `${group}.${name}`))
    .flatMap(({ group, name, value, origin }) =>
      typeof value === 'string' ? [{ group, option: name, name: value, origin }] : [],
    )
}

/** An option that not every service has; undefined when this one has not, or it is not set. */
export function settingOf(config: Config, name: string): string | undefined {
  const found = config.entries().find((entry) => entry.group === 'DEFAULT' && entry.name === name)
  return typeof found?.value === 'string' && found.value !== '' ? found.value : undefined
}

/** How long a stop may take by the configuration, in seconds; null: without end. */
export function longestStop({ graceful_shutdown_timeout: grace, stop_delay: delay }: LaunchSettings): number | null {
  // What the launcher itself adds before it kills, and some air.
  return grace === 0 ? null : Math.ceil(grace + delay) + 5
}
