// What one reading of the configuration makes to run: the service by name, how many of it, where. Made at
// the start and again at every reload, so that both check the same. Binds nothing, starts nothing.
import type { Config } from '../config/index.ts'
import { findProjectFolder } from '../entrypoints/index.ts'
import { SlipwayError } from '../errors.ts'
import { type ListenRequest, parseAddress } from './address.ts'
import type { Listener } from './master/bind.ts'
import { type InheritedSockets, noneInherited } from './master/inherited.ts'
import type { ServiceSpec } from './messages.ts'
import { type Privileges, privilegesOf } from './privileges.ts'
import { launchGroup, type LaunchSettings } from './options.ts'

export interface LaunchPlan {
  readonly spec: ServiceSpec
  readonly config: Config
  readonly settings: LaunchSettings
  readonly workers: number
  readonly requests: readonly ListenRequest[]
  /** Who it runs as; null: whoever has started it. */
  readonly privileges: Privileges | null
}

/** A plan whose addresses are bound. */
export interface Generation extends LaunchPlan {
  readonly listeners: readonly Listener[]
}

/** What the program decides, in place of the configuration. */
export interface LaunchPlanOptions {
  /** In place of the option `workers`. */
  readonly workers?: number
  /** In place of the option `listen`; empty for a service that listens on nothing. */
  readonly listen?: readonly string[]
  /** For logs and process lists; the command's name unless given. */
  readonly name?: string
  readonly version?: string
  /** The folder whose manifest gives the reference its meaning; found from the working directory unless given. */
  readonly from?: string
}

/** Plain data for the service, or what makes it of a configuration and throws when that is not sound. */
export type ServiceArgs = unknown

/** @throws SlipwayError SLIPWAY_LAUNCH_ADDRESS, SLIPWAY_LAUNCH_SERVICE; what a function of arguments throws */
export function planLaunch(
  config: Config,
  reference: string,
  args: ServiceArgs,
  options: LaunchPlanOptions,
  inherited: InheritedSockets = noneInherited,
): LaunchPlan {
  const settings = config.get(launchGroup)
  return {
    spec: specOf(config, reference, args, options),
    config,
    settings,
    workers: workersOf(options.workers ?? settings.workers),
    requests: listenRequests(config, options, inherited),
    privileges: privilegesOf(config),
  }
}

function specOf(config: Config, reference: string, args: ServiceArgs, options: LaunchPlanOptions): ServiceSpec {
  const given: unknown = typeof args === 'function' ? (args as (conf: Config) => unknown)(config) : args
  return {
    reference,
    args: plainData(reference, given),
    from: options.from ?? findProjectFolder(process.cwd()),
    name: options.name ?? config.prog,
    version: options.version ?? config.version,
  }
}

/** A copy, so that one process and many see the same: what only lives here fails here, not in a worker. */
function plainData(reference: string, args: unknown): unknown {
  try {
    return structuredClone(args)
  } catch (cause) {
    throw new SlipwayError('SLIPWAY_LAUNCH_SERVICE', `the arguments of "${reference}" are not plain data`, {
      found: cause instanceof Error ? cause.message : undefined,
      expected: 'text, numbers, lists and records, which can travel to a worker',
      cause,
    })
  }
}

function listenRequests(config: Config, options: LaunchPlanOptions, inherited: InheritedSockets): ListenRequest[] {
  if (options.listen) return options.listen.map((text) => ({ address: parseAddress(text), where: null, origin: null }))
  const { where, detail, kind } = config.origin('listen')
  const origin = kind === 'default' ? null : detail
  const ready = kind === 'default' ? inherited.requests() : null
  if (ready !== null) return ready
  return config.get(launchGroup).listen.map((text) => ({ address: parseAddress(text, where), where, origin }))
}

function workersOf(workers: number): number {
  if (Number.isInteger(workers) && workers >= 1) return workers
  throw new SlipwayError('SLIPWAY_LAUNCH_SERVICE', `a service cannot have ${workers} workers`, {
    expected: 'an integer from 1',
  })
}
