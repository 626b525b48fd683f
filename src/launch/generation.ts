// What one reading of the configuration makes to run: the service by name, how many of it, where. Made at
// the start and again at every reload, so that both check the same. Binds nothing, starts nothing.
import type { Config } from '../config/index.ts'
import { findProjectFolder } from '../entrypoints/distribution.ts'
import { SlipwayError } from '../errors.ts'
import { addressKey, type ListenRequest, parseAddress, renderAddress } from './address.ts'
import type { Listener } from './master/bind.ts'
import { type InheritedSockets, noneInherited } from './master/inherited.ts'
import type { ServiceSpec } from './messages.ts'
import { type Privileges, privilegesOf } from './privileges.ts'
import { launchGroup, type LaunchSettings } from './options.ts'
import { planTls, type TlsPlan, withTls } from './tls/tls.ts'

export interface LaunchPlan {
  readonly spec: ServiceSpec
  readonly config: Config
  readonly settings: LaunchSettings
  readonly workers: number
  readonly requests: readonly ListenRequest[]
  /** Who it runs as; null: whoever has started it. */
  readonly privileges: Privileges | null
  readonly tls: TlsPlan
}

/** A plan whose addresses are bound. */
export interface Generation extends LaunchPlan {
  readonly listeners: readonly Listener[]
}

/** One of the services of a launcher, and what the program decides about it in place of the configuration. */
export interface ServiceDeclaration {
  /** `module:attr` of a class or function that makes the service. */
  readonly reference: string
  readonly args?: ServiceArgs
  /**
   * Called at a reload before anything is started, with what the new configuration made of `args`: what it throws refuses
   * the reload. At the start the first worker finds the same faults, sooner.
   */
  readonly check?: (config: Config, args: unknown) => void
  /** In place of the option `workers`; a function is asked at the start and at every reload. */
  readonly workers?: number | ((config: Config) => number)
  /** In place of the option `listen`; empty for a service that listens on nothing. */
  readonly listen?: readonly string[] | ((config: Config) => readonly string[])
  /** For logs and process lists; the command's name unless given. */
  readonly name?: string
  readonly version?: string
  /** The folder whose manifest gives the reference its meaning; found from the working directory unless given. */
  readonly from?: string
}

/** Plain data for the service, or what makes it of a configuration and throws when that is not sound. */
export type ServiceArgs = unknown

/**
 * One plan for each service, in their order.
 * @throws SlipwayError SLIPWAY_LAUNCH_ADDRESS, SLIPWAY_LAUNCH_SERVICE, SLIPWAY_LAUNCH_TLS; what a function of arguments throws
 */
export async function planLaunch(
  config: Config,
  services: readonly ServiceDeclaration[],
  inherited: InheritedSockets = noneInherited,
): Promise<LaunchPlan[]> {
  const settings = config.get(launchGroup)
  const tls = await planTls(config)
  const plans = services.map((service) => ({
    spec: specOf(config, service),
    config,
    settings,
    workers: workersOf(valueFor(config, service.workers) ?? settings.workers),
    requests: withTls(listenRequests(config, service, inherited), tls),
    privileges: privilegesOf(config),
    tls,
  }))
  refuseShared(plans)
  return plans
}

/** Throws what the services' own checks throw; `plans` are theirs, in the same order. */
export function checkPlans(services: readonly ServiceDeclaration[], plans: readonly LaunchPlan[]): void {
  for (const [index, plan] of plans.entries()) services[index]?.check?.(plan.config, plan.spec.args)
}

function valueFor<T>(config: Config, value: T | ((config: Config) => T) | undefined): T | undefined {
  return typeof value === 'function' ? (value as (config: Config) => T)(config) : value
}

/** Each worker belongs to one service, and so does what it listens on; names tell them apart. */
function refuseShared(plans: readonly LaunchPlan[]): void {
  const names = new Set<string>()
  const keys = new Map<string, string>()
  for (const { spec, requests } of plans) {
    if (names.has(spec.name)) {
      throw new SlipwayError('SLIPWAY_LAUNCH_SERVICE', `two services have the name "${spec.name}"`, {
        hint: 'give each a "name" of its own',
      })
    }
    names.add(spec.name)
    for (const { address, where } of requests) {
      // The system gives each a port of its own.
      if (address.kind === 'tcp' && address.port === 0) continue
      const key = addressKey(address)
      const other = keys.get(key)
      if (other !== undefined && other !== spec.name) {
        throw new SlipwayError(
          'SLIPWAY_LAUNCH_SERVICE',
          `the services "${other}" and "${spec.name}" would both listen on "${renderAddress(address)}"`,
          { where, hint: 'say for each service where it listens; "listen: []" is nowhere' },
        )
      }
      keys.set(key, spec.name)
    }
  }
}

function specOf(config: Config, { reference, args = {}, ...options }: ServiceDeclaration): ServiceSpec {
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

function listenRequests(config: Config, { listen }: ServiceDeclaration, inherited: InheritedSockets): ListenRequest[] {
  const given = valueFor(config, listen)
  if (given) return given.map((text) => ({ address: parseAddress(text), where: null, origin: null }))
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
