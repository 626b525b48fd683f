// The way from a configuration and the name of a service to a running one: bind, start the workers, say so,
// obey signals, end with a status. Runs in the process that the operator started. Never exits it:
// `wait()` gives the status to whoever called.
import { type Config, renderOptionValues } from '../config/index.ts'
import { createLogger, type Logger, reopenLogs } from '../log/index.ts'
import { addressUrl } from './address.ts'
import { type Crew, type CrewReport, whoServes, type WorkerStatus } from './crew.ts'
import { type Generation, type LaunchPlan, type LaunchPlanOptions, planLaunch, type ServiceArgs } from './generation.ts'
import { activatedSockets } from './master/activation.ts'
import { bindListeners, closeListeners, type Listener } from './master/bind.ts'
import { ControlSocket, type Controls } from './master/control.ts'
import { ensureReaper, reaperHint } from './master/pid-one.ts'
import { removePidFile, writePidFile } from './master/pid-file.ts'
import { ServiceManager } from './master/service-manager.ts'
import { launchGroup } from './options.ts'
import { applyUmask, dropPrivileges } from './privileges.ts'
import { Reloader } from './reload.ts'
import { SignalQueue } from './signals.ts'
import { defaultRespawnPolicy, type RespawnPolicy } from './states.ts'
import { type LauncherState, stateOf, workerRecord } from './status.ts'

export interface LaunchOptions extends LaunchPlanOptions {
  readonly log?: Logger
  readonly respawn?: RespawnPolicy
}

export interface Launcher {
  /** Where the service answers: `http://127.0.0.1:8774`, with the port that the system chose where 0 was asked. */
  readonly urls: readonly string[]
  /**
   * Resolves when everything has ended, with the exit status: 0 after a stop in order; 1 when something was cut, or a second
   * signal ended it at once; 70 when the service died. The caller ends the process with it.
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
   * Changes the number of workers, until the option `workers` changes or the service starts again.
   * @throws SlipwayError SLIPWAY_LAUNCH_SCALE; why a new worker could not start, and then the number is the one from before
   */
  scale(workers: number, reason?: string): Promise<void>
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
  options: LaunchOptions = {},
): Promise<Launcher> {
  const hasReaper = ensureReaper()
  const inherited = activatedSockets()
  const plan = (config: Config) => planLaunch(config, reference, args, options, inherited)
  const planned = plan(conf)
  applyUmask(conf)
  const { privileges } = planned
  const log = options.log ?? (await createLogger(conf, { name: planned.spec.name, rotates: true, owner: privileges }))
  log.info(firstLine(planned))
  if (!hasReaper) log.warn({ hint: reaperHint }, 'process 1 of a container, and nobody reaps what orphans leave behind')
  if (log.isLevelEnabled('debug')) for (const line of renderOptionValues(planned.config)) log.debug(line)
  // Before the first socket: a signal during the start must find the one who cleans up.
  const signals = new SignalQueue()
  let listeners: Listener[] = []
  const control = controlOf(conf)
  const { pid_file: pidFile } = conf.get(launchGroup)
  try {
    listeners = await bindListeners(planned.requests, inherited)
    inherited.dismiss(log)
    await control?.bind()
    if (pidFile !== null) writePidFile(pidFile)
    const first: Generation = { ...planned, listeners }
    if (privileges !== null && first.workers === 1) dropPrivileges(privileges)
    const crew = await crewFor(first, log, options)
    const manager = new ServiceManager(log)
    const reloader = new Reloader({ config: conf, plan, inherited, crew, first, log, manager })
    const master: Master = { crew, reloader, log, manager, phase: { name: 'starting' } }
    void crew.ended.then(() => {
      signals.close()
      control?.close()
      if (pidFile !== null) removePidFile(pidFile)
    })
    void obey(signals, master)
    const launcher = launcherOf(master)
    await control?.serve(controlsOf(launcher, master))
    const report = await crew.start()
    if (report !== null) {
      master.phase.name = 'running'
      manager.ready(whoServes(report.pids))
      announce(log, urlsOf(first), report)
    }
    return launcher
  } catch (error) {
    signals.close()
    control?.close()
    if (pidFile !== null) removePidFile(pidFile)
    closeListeners(listeners)
    throw error
  }
}

interface Master {
  readonly crew: Crew
  readonly reloader: Reloader
  readonly log: Logger
  readonly manager: ServiceManager
  readonly phase: { name: 'starting' | 'running' | 'draining' }
}

function controlOf(conf: Config): ControlSocket | null {
  const { control_socket: path } = conf.get(launchGroup)
  if (path === null) return null
  const { where, detail } = conf.origin('control_socket')
  return new ControlSocket(path, { where, origin: detail })
}

function controlsOf(launcher: Launcher, { crew, reloader, phase }: Master): Controls {
  const state = (): LauncherState => {
    if (phase.name !== 'running') return phase.name
    return reloader.isBusy ? 'reloading' : stateOf(crew.status())
  }
  return {
    ...launcher,
    status() {
      const { spec, listeners } = reloader.serving
      return {
        name: spec.name,
        version: spec.version,
        state: state(),
        since: new Date(performance.timeOrigin).toISOString(),
        master: { pid: process.pid },
        listeners: listeners.map(({ request }) => addressUrl(request.address)),
        services: [{ name: spec.name, workers: crew.status().map(workerRecord) }],
      }
    },
  }
}

/** The master of processes has no use for what serves requests, nor one process for a supervisor. */
async function crewFor(first: Generation, log: Logger, options: LaunchOptions): Promise<Crew> {
  if (first.workers === 1) {
    const { InProcessCrew } = await import('./worker/in-process.ts')
    return new InProcessCrew(first, log)
  }
  const { Supervisor } = await import('./master/supervisor.ts')
  return new Supervisor(first, { policy: options.respawn ?? defaultRespawnPolicy, log })
}

async function obey(signals: SignalQueue, master: Master): Promise<void> {
  const { crew, reloader, log } = master
  let isStopping = false
  for await (const signal of signals) {
    switch (signal) {
      case 'SIGTERM':
      case 'SIGINT':
        if (isStopping) {
          log.info(`${signal} again: ending at once`)
          crew.kill(`a second ${signal}`)
        } else stop(master, signal)
        isStopping = true
        break
      case 'SIGHUP':
        // Not awaited: a stop may come while it runs. It has told itself why it failed.
        reloader.order(signal).catch(() => undefined)
        break
      case 'SIGTTIN':
      case 'SIGTTOU':
        scaleBySignal(signal, crew, log)
        break
      case 'SIGUSR1':
        reopenLogs()
        crew.reopenLogs()
        log.info(`${signal}: the log files are opened again`)
        break
    }
  }
}

function scaleBySignal(signal: 'SIGTTIN' | 'SIGTTOU', crew: Crew, log: Logger): void {
  scale(crew, crew.wanted + (signal === 'SIGTTIN' ? 1 : -1), log, signal).catch((error: unknown) => {
    log.error(`${signal}: the number of workers has not changed: ${(error as Error).message}`)
  })
}

async function scale(crew: Crew, workers: number, log: Logger, reason: string): Promise<void> {
  log.info(`${reason}: from ${crew.wanted} to ${workers} workers`)
  await crew.scale(workers)
  const pids = crew.status().flatMap(({ state, pid }) => (state === 'ready' && pid !== null ? pid : []))
  log.info(`now ${whoServes(pids)}`)
}

function stop({ crew, log, manager, phase }: Master, reason: string): void {
  log.info(`${reason}: draining`)
  phase.name = 'draining'
  manager.stopping(reason)
  crew.stop(reason)
}

function launcherOf(master: Master): Launcher {
  const { crew, reloader, log, manager } = master
  const ended = crew.ended.then(async (status) => {
    await manager.close()
    return status
  })
  return {
    get urls() {
      return urlsOf(reloader.serving)
    },
    wait: () => ended,
    stop(reason = 'the launcher was told to stop') {
      stop(master, reason)
      return ended
    },
    reload: (reason = 'the launcher was told to reload') => reloader.order(reason),
    scale: (workers, reason = 'the launcher was told to scale') => scale(crew, workers, log, reason),
    status: () => crew.status(),
  }
}

function urlsOf({ listeners }: Generation): string[] {
  return listeners.map(({ request }) => addressUrl(request.address))
}

function firstLine({ spec: { name, version }, config }: LaunchPlan): string {
  const files = config.files.length === 0 ? 'no config files' : `config files ${config.files.join(', ')}`
  return `${name}${version === null ? '' : ` ${version}`}, ${files}`
}

/** The start in three lines, after the first: where, what, who. */
function announce(log: Logger, urls: readonly string[], { pids, summary }: CrewReport): void {
  log.info(urls.length === 0 ? 'listening on nothing' : `listening on ${urls.join(', ')}`)
  if (summary !== null) log.info(summary)
  // Since the process began, modules and all: what an operator waited.
  log.info(`ready in ${Math.round(performance.now())} ms, ${whoServes(pids)}`)
}
