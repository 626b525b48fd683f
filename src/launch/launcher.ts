// What a program calls to run its services, and what it holds of them afterwards. The start itself is in start.ts. Never
// exits the process: `wait()` gives the status to whoever called.
import type { Config } from '../config/index.ts'
import type { WorkerStatus } from './crew.ts'
import type { ServiceArgs, ServiceDeclaration } from './generation.ts'
import { type LauncherOptions, type Started, startServices } from './start.ts'

export type { LauncherOptions } from './start.ts'

/** Of the one service, and of its launcher. */
export interface LaunchOptions extends Omit<ServiceDeclaration, 'reference' | 'args'>, LauncherOptions {}

export interface Launcher {
  /** Where the services answer: `http://127.0.0.1:8774`, with the port that the system chose where 0 was asked. */
  readonly urls: readonly string[]
  /**
   * Resolves when everything has ended, with the exit status: 0 after a stop in order; 1 when something was cut, or a second
   * signal ended it at once; 70 when a service died. The caller ends the process with it.
   */
  wait(): Promise<number>
  /** Stops as SIGTERM does. */
  stop(reason?: string): Promise<number>
  /**
   * Reloads as SIGHUP does, and resolves when what was read serves.
   * @throws SlipwayError with everything that is wrong; what runs has not changed then
   */
  reload(reason?: string): Promise<void>
  /**
   * Changes the number of workers, until the option `workers` changes or the service starts again. `service` is its name,
   * where there are several.
   * @throws SlipwayError SLIPWAY_LAUNCH_SCALE; why a new worker could not start, and then the number is the one from before
   */
  scale(workers: number, service?: string): Promise<void>
  /** The workers of all services. */
  status(): readonly WorkerStatus[]
}

/**
 * Starts a service and resolves when it serves, or when a signal has stopped it before.
 *
 *     const launcher = await launch(conf, 'slipway.launch:PasteService', { uri, name })
 *     process.exitCode = await launcher.wait()
 *
 * `conf` must know `launchGroup`: give it to `readConfig`. `args` is plain data, or a function that makes it of a
 * configuration: it is called now and at every reload, and what it throws refuses the start or the reload.
 * @throws SlipwayError when an address cannot be had or the service cannot start; nothing is left running then
 */
export async function launch(
  conf: Config,
  reference: string,
  args: ServiceArgs,
  { log, respawn, ...declared }: LaunchOptions = {},
): Promise<Launcher> {
  return launchServices(conf, [{ ...declared, reference, args }], {
    ...(log === undefined ? {} : { log }),
    ...(respawn === undefined ? {} : { respawn }),
  })
}

/**
 * Starts several services under one launcher, each with its own workers, addresses and name. One that is alone and has one
 * worker runs in the process itself; of several, each worker is a process or a thread.
 *
 *     await launchServices(conf, [
 *       { reference: 'slipway.launch:PasteService', args: { uri }, name: 'api' },
 *       { reference: 'shop.jobs:Agent', name: 'jobs', workers: 1, listen: [] },
 *     ])
 *
 * @throws SlipwayError as `launch` does; nothing is left running then
 */
export async function launchServices(
  conf: Config,
  services: readonly ServiceDeclaration[],
  options: LauncherOptions = {},
): Promise<Launcher> {
  return launcherOf(await startServices(conf, services, options))
}

function launcherOf({ orders, reloader, fleet }: Started): Launcher {
  return {
    get urls() {
      return reloader.urls
    },
    wait: () => orders.ended,
    stop: (reason = 'the launcher was told to stop') => orders.stop(reason),
    reload: (reason = 'the launcher was told to reload') => orders.reload(reason),
    scale: (workers, service) => orders.scale(workers, service ?? null, 'the launcher was told to scale'),
    status: () => fleet.status(),
  }
}
