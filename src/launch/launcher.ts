// The way from a configuration and the names of services to running ones: bind, start the workers, say so,
// obey orders, end with a status. Runs in the process that the operator started. Never exits it:
// `wait()` gives the status to whoever called.
import { type Config, renderOptionValues } from '../config/index.ts'
import { createLogger, type Logger } from '../log/index.ts'
import { type Crew, type CrewReport, whoServes, type WorkerStatus } from './crew.ts'
import { Fleet, type Member } from './fleet.ts'
import {
  type Generation,
  type LaunchPlan,
  planLaunch,
  type ServiceArgs,
  type ServiceDeclaration,
} from './generation.ts'
import { LogLevels } from './log-levels.ts'
import { activatedSockets } from './master/activation.ts'
import { bindPlans, closeListeners } from './master/bind.ts'
import { ControlSocket } from './master/control.ts'
import { type Handover, receiveHandover } from './master/handover.ts'
import { ensureReaper, reaperHint } from './master/pid-one.ts'
import { removePidFile, writePidFile } from './master/pid-file.ts'
import { ServiceManager } from './master/service-manager.ts'
import { type StartCommand, startCommand } from './master/start-command.ts'
import type { SupervisorParts } from './master/supervisor.ts'
import { Upgrader } from './master/upgrade.ts'
import { Observers } from './observers.ts'
import { launchGroup } from './options.ts'
import { Orders } from './orders.ts'
import { Overview } from './overview.ts'
import { applyUmask, dropPrivileges } from './privileges.ts'
import { Reloader } from './reload.ts'
import { SignalQueue } from './signals.ts'
import { defaultRespawnPolicy, type RespawnPolicy } from './states.ts'
import { tellTls } from './tls.ts'

export interface LauncherOptions {
  readonly log?: Logger
  readonly respawn?: RespawnPolicy
}

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
  const hasReaper = ensureReaper()
  const command = startCommand()
  const handover = receiveHandover()
  try {
    return await launchAnew(conf, services, options, { command, handover, hasReaper })
  } catch (error) {
    await handover?.failed(error)
    throw error
  }
}

interface Beginning {
  readonly command: StartCommand
  readonly handover: Handover | null
  readonly hasReaper: boolean
}

async function launchAnew(
  conf: Config,
  services: readonly ServiceDeclaration[],
  options: LauncherOptions,
  { command, handover, hasReaper }: Beginning,
): Promise<Launcher> {
  const inherited = handover?.inherited ?? activatedSockets()
  const plans = await planLaunch(conf, services, inherited)
  applyUmask(conf)
  const privileges = plans[0]?.privileges ?? null
  const log = options.log ?? (await createLogger(conf, { name: conf.prog, rotates: true, owner: privileges }))
  log.info(firstLine(conf, plans))
  tellTls(log, plans)
  if (!hasReaper) log.warn({ hint: reaperHint }, 'process 1 of a container, and nobody reaps what orphans leave behind')
  if (log.isLevelEnabled('debug')) for (const line of renderOptionValues(conf)) log.debug(line)
  // Before the first socket: a signal during the start must find the one who cleans up.
  const signals = new SignalQueue()
  let first: Generation[] = []
  const control = controlOf(conf)
  const levels = new LogLevels(log, conf)
  const observers = new Observers(conf, log)
  const { pid_file: pidFile } = conf.get(launchGroup)
  const close = (): void => {
    signals.close()
    control?.close()
    observers.close()
    if (pidFile !== null) removePidFile(pidFile)
  }
  try {
    first = await bindPlans(plans, services, inherited)
    await control?.bind(inherited)
    await observers.bind(inherited)
    inherited.dismiss(log)
    // Of a master that goes on until this one is ready it stays.
    if (pidFile !== null && handover === null) writePidFile(pidFile)
    if (privileges !== null && first.some((one) => !hasProcesses(one, first.length > 1))) dropPrivileges(privileges)
    const report = (reason: string): void => observers.signalled(reason)
    const parts = { policy: options.respawn ?? defaultRespawnPolicy, log, levels, askedForReport: report }
    const fleet = new Fleet(await Promise.all(first.map((one) => memberFor(one, first.length > 1, parts))))
    const manager = new ServiceManager(log)
    const reloader = new Reloader({ config: conf, services, inherited, fleet, first, log, manager })
    const upgrader = new Upgrader({ command, inherited, isSuccessor: handover !== null, log })
    const own = {
      get listeners() {
        return [...(control?.listeners ?? []), ...observers.listeners]
      },
      close() {
        control?.close()
        observers.giveWay()
      },
    }
    const { prog: name, version } = conf
    const orders = new Orders({ name, version, fleet, reloader, log, manager, report, upgrader, own })
    void fleet.ended.then(close)
    void orders.obey(signals)
    const overview = new Overview({
      config: conf,
      log,
      levels,
      reloads: reloader.history,
      members: fleet.members,
      status: () => orders.status(),
    })
    const open = async (): Promise<void> => {
      await observers.begin(overview)
      await control?.serve({ orders, overview })
    }
    if (handover === null) await open()
    const reports = await fleet.start()
    if (reports !== null) {
      if (handover !== null) {
        if (pidFile !== null) writePidFile(pidFile)
        await handover.ready([...reloader.listeners, ...own.listeners])
        await open()
      }
      orders.running(reports)
      announce(log, reloader.urls, reports)
      if (conf.get(launchGroup).reload) await reloadOnChange({ fleet, reloader, orders, log })
    }
    return launcherOf(orders, reloader, fleet)
  } catch (error) {
    close()
    closeListeners(first.flatMap(({ listeners }) => listeners))
    throw error
  }
}

function launcherOf(orders: Orders, reloader: Reloader, fleet: Fleet): Launcher {
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

function controlOf(conf: Config): ControlSocket | null {
  const { control_socket: path } = conf.get(launchGroup)
  if (path === null) return null
  const { where, detail } = conf.origin('control_socket')
  return new ControlSocket(path, { where, origin: detail })
}

async function memberFor(
  first: Generation,
  isOneOfSeveral: boolean,
  parts: Omit<SupervisorParts, 'label'>,
): Promise<Member> {
  const { name } = first.spec
  if (isInProcess(first, isOneOfSeveral)) return { name, crew: await inProcess(first, parts.log) }
  const { Supervisor } = await import('./master/supervisor.ts')
  const label = isOneOfSeveral ? `${name} ` : ''
  return { name, crew: await Supervisor.create(first, { ...parts, label }) }
}

/** One that reloads its code cannot: a module is imported once in a process. */
function isInProcess({ workers, settings }: Generation, isOneOfSeveral: boolean): boolean {
  return workers === 1 && !isOneOfSeveral && !settings.reload
}

/** Its workers give up privileges by themselves. */
function hasProcesses(first: Generation, isOneOfSeveral: boolean): boolean {
  return !isInProcess(first, isOneOfSeveral) && first.settings.worker_model === 'process'
}

/** The master of processes has no use for what serves requests, nor one process for a supervisor. */
async function inProcess(first: Generation, log: Logger): Promise<Crew> {
  const { InProcessCrew } = await import('./worker/in-process.ts')
  return new InProcessCrew(first, log)
}

interface Watching {
  readonly fleet: Fleet
  readonly reloader: Reloader
  readonly orders: Orders
  readonly log: Logger
}

async function reloadOnChange({ fleet, reloader, orders, log }: Watching): Promise<void> {
  const { reloadOnChange } = await import('./dev/reload-on-change.ts')
  const order = (reason: string): Promise<void> => orders.reload(reason)
  const watch = reloadOnChange({ serving: () => reloader.serving, order, log })
  void fleet.ended.then(() => watch.close())
}

function firstLine({ prog, version, files }: Config, plans: readonly LaunchPlan[]): string {
  const [only, ...others] = plans
  const what = only !== undefined && others.length === 0 ? only.spec : { name: prog, version }
  const from = files.length === 0 ? 'no config files' : `config files ${files.join(', ')}`
  return `${what.name}${what.version === null ? '' : ` ${what.version}`}, ${from}`
}

/** The start in three lines, after the first: where, what, who. */
function announce(log: Logger, urls: readonly string[], reports: readonly CrewReport[]): void {
  log.info(urls.length === 0 ? 'listening on nothing' : `listening on ${urls.join(', ')}`)
  for (const { summary } of reports) if (summary !== null) log.info(summary)
  // Since the process began, modules and all: what an operator waited.
  log.info(`ready in ${Math.round(performance.now())} ms, ${whoServes(reports)}`)
}
