// The way from a configuration and the name of a service to a running one: bind, start the workers, say so,
// obey signals, end with a status. Runs in the process that the operator started. Never exits it:
// `wait()` gives the status to whoever called.
import type { Config } from '../config/index.ts'
import { findProjectFolder } from '../entrypoints/index.ts'
import { SlipwayError } from '../errors.ts'
import { createLogger, type Logger } from '../log/index.ts'
import { addressUrl, type ListenRequest, parseAddress } from './address.ts'
import type { Crew, CrewReport, WorkerStatus } from './crew.ts'
import { bindListeners, closeListeners, type Listener } from './master/bind.ts'
import { Supervisor } from './master/supervisor.ts'
import type { ServiceSpec } from './messages.ts'
import { launchGroup, type LaunchSettings } from './options.ts'
import { SignalQueue } from './signals.ts'
import { defaultRespawnPolicy, type RespawnPolicy } from './states.ts'
import { InProcessCrew } from './worker/in-process.ts'

export interface LaunchOptions {
  /** In place of the option `workers`. */
  readonly workers?: number
  /** In place of the option `listen`; empty for a service that listens on nothing. */
  readonly listen?: readonly string[]
  /** For logs and process lists; the command's name unless given. */
  readonly name?: string
  readonly version?: string
  /** The folder whose manifest gives the reference its meaning; found from the working directory unless given. */
  readonly from?: string
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
  status(): readonly WorkerStatus[]
}

/**
 * Starts a service and resolves when it serves, or when a signal has stopped it before.
 *
 *     const launcher = await launch(conf, 'slipway.launch:PasteService', { uri, name })
 *     process.exitCode = await launcher.wait()
 *
 * `conf` must know `launchGroup`: give it to `readConfig`. `args` is plain data.
 * @throws SlipwayError when an address cannot be had or the service cannot start; nothing is left running then
 */
export async function launch(
  conf: Config,
  reference: string,
  args: unknown,
  options: LaunchOptions = {},
): Promise<Launcher> {
  const settings = conf.get(launchGroup)
  const spec = specOf(conf, reference, args, options)
  const workers = workersOf(options.workers ?? settings.workers)
  const requests = listenRequests(conf, options)
  const log = options.log ?? (await createLogger(conf, { name: spec.name }))
  log.info(firstLine(spec, conf))
  // Before the first socket: a signal during the start must find the one who cleans up.
  const signals = new SignalQueue()
  let listeners: Listener[] = []
  try {
    listeners = await bindListeners(requests)
    const crew = crewFor(workers, { conf, spec, listeners, settings, log, options })
    void crew.ended.then(() => signals.close())
    void obey(signals, crew, log)
    const report = await crew.start()
    const urls = listeners.map(({ request }) => addressUrl(request.address))
    if (report !== null) announce(log, urls, report)
    return launcherOf(crew, urls)
  } catch (error) {
    signals.close()
    closeListeners(listeners)
    throw error
  }
}

function specOf(conf: Config, reference: string, args: unknown, options: LaunchOptions): ServiceSpec {
  return {
    reference,
    args: plainData(reference, args),
    from: options.from ?? findProjectFolder(process.cwd()),
    name: options.name ?? conf.prog,
    version: options.version ?? conf.version,
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

function listenRequests(conf: Config, options: LaunchOptions): ListenRequest[] {
  if (options.listen) return options.listen.map((text) => ({ address: parseAddress(text), where: null, origin: null }))
  const { where, detail, kind } = conf.origin('listen')
  const origin = kind === 'default' ? null : detail
  return conf.get(launchGroup).listen.map((text) => ({ address: parseAddress(text, where), where, origin }))
}

function workersOf(workers: number): number {
  if (Number.isInteger(workers) && workers >= 1) return workers
  throw new SlipwayError('SLIPWAY_LAUNCH_SERVICE', `a service cannot have ${workers} workers`, {
    expected: 'an integer from 1',
  })
}

interface CrewParts {
  readonly conf: Config
  readonly spec: ServiceSpec
  readonly listeners: readonly Listener[]
  readonly settings: LaunchSettings
  readonly log: Logger
  readonly options: LaunchOptions
}

function crewFor(workers: number, { conf, spec, listeners, settings, log, options }: CrewParts): Crew {
  const startMs = settings.start_timeout === 0 ? null : settings.start_timeout * 1000
  if (workers === 1) return new InProcessCrew({ spec, config: conf, log, listeners, startMs })
  const { graceful_shutdown_timeout: grace, stop_delay: delay } = settings
  // One second more than the worker gives itself: it tells what it cut before it is killed.
  const drainMs = grace === 0 ? null : (delay + grace + 1) * 1000
  return new Supervisor({
    workers,
    order: { type: 'start', service: spec, config: conf.snapshot() },
    listeners,
    timing: { startMs, drainMs },
    policy: options.respawn ?? defaultRespawnPolicy,
    log,
  })
}

async function obey(signals: SignalQueue, crew: Crew, log: Logger): Promise<void> {
  let isStopping = false
  for await (const signal of signals) {
    switch (signal) {
      case 'SIGTERM':
      case 'SIGINT':
        log.info(isStopping ? `${signal} again: ending at once` : `${signal}: draining`)
        if (isStopping) crew.kill(`a second ${signal}`)
        else crew.stop(signal)
        isStopping = true
        break
      case 'SIGHUP':
        log.warn('SIGHUP: nothing changed, this version reads its configuration at start only')
        break
      case 'SIGUSR1':
        log.info('SIGUSR1: nothing changed')
        break
    }
  }
}

function launcherOf(crew: Crew, urls: readonly string[]): Launcher {
  return {
    urls,
    wait: () => crew.ended,
    stop(reason = 'the launcher was told to stop') {
      crew.stop(reason)
      return crew.ended
    },
    status: () => crew.status(),
  }
}

function firstLine({ name, version }: ServiceSpec, conf: Config): string {
  const files = conf.files.length === 0 ? 'no config files' : `config files ${conf.files.join(', ')}`
  return `${name}${version === null ? '' : ` ${version}`}, ${files}`
}

/** The start in three lines, after the first: where, what, who. */
function announce(log: Logger, urls: readonly string[], { pids, summary }: CrewReport): void {
  log.info(urls.length === 0 ? 'listening on nothing' : `listening on ${urls.join(', ')}`)
  if (summary !== null) log.info(summary)
  const who = pids.length === 1 ? `1 worker (pid ${pids[0]})` : `${pids.length} workers (pids ${pids.join(', ')})`
  // Since the process began, modules and all: what an operator waited.
  log.info(`ready in ${Math.round(performance.now())} ms, ${who}`)
}
