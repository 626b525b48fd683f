// One start of a launcher, step by step: bind, let the first processes begin, open the log, make what obeys and what
// looks on, start the workers, say so. Whatever it holds is released when a step fails, and when everything has ended. Runs
// in the process that the operator started.
import { type Config, renderOptionValues } from '../config/index.ts'
import { createLogger, type Logger } from '../log/index.ts'
import { type CrewReport, whoServes } from './crew.ts'
import { Fleet } from './fleet.ts'
import { type Generation, type LaunchPlan, planLaunch, type ServiceDeclaration } from './generation.ts'
import { LogLevels } from './log-levels.ts'
import { activatedSockets } from './master/activation.ts'
import { bindPlans, closeListeners } from './master/bind.ts'
import { ControlSocket } from './master/control.ts'
import { type Handover, receiveHandover } from './master/handover.ts'
import type { InheritedSockets } from './master/inherited.ts'
import { ensureReaper, reaperHint, reaperWarning } from './master/pid-one.ts'
import { removePidFile, writePidFile } from './master/pid-file.ts'
import { ServiceManager } from './master/service-manager.ts'
import { type StartCommand, startCommand } from './master/start-command.ts'
import { Upgrader } from './master/upgrade.ts'
import { type Ahead, membersFor, processesAhead, runsHere } from './members.ts'
import { Observers } from './observe/observers.ts'
import { launchGroup } from './options.ts'
import { Orders } from './orders.ts'
import { Overview } from './observe/overview.ts'
import { applyUmask, dropPrivileges } from './privileges.ts'
import { Reloader } from './reload.ts'
import { SignalQueue } from './signals.ts'
import { defaultRespawnPolicy, type RespawnPolicy } from './states.ts'
import { tellTls } from './tls/tls.ts'

export interface LauncherOptions {
  readonly log?: Logger
  readonly respawn?: RespawnPolicy
}

/** What a start has led to. */
export interface Started {
  readonly fleet: Fleet
  readonly orders: Orders
  readonly reloader: Reloader
}

/** @throws SlipwayError when anything is wrong; nothing is left running then */
export async function startServices(
  conf: Config,
  services: readonly ServiceDeclaration[],
  options: LauncherOptions,
): Promise<Started> {
  const hasReaper = ensureReaper()
  const command = startCommand()
  const handover = receiveHandover()
  const start = new Start({ conf, services, options, command, handover })
  try {
    return await start.run(hasReaper)
  } catch (error) {
    start.release()
    await handover?.failed(error)
    throw error
  }
}

interface StartParts {
  readonly conf: Config
  readonly services: readonly ServiceDeclaration[]
  readonly options: LauncherOptions
  readonly command: StartCommand
  /** From the master that this one follows; null when it follows none. */
  readonly handover: Handover | null
}

/** What is bound and open, before anything runs. */
interface Ground {
  readonly first: readonly Generation[]
  readonly ahead: Ahead
  readonly inherited: InheritedSockets
  readonly log: Logger
  readonly levels: LogLevels
  readonly signals: SignalQueue
  readonly control: ControlSocket | null
  readonly observers: Observers
}

class Start {
  readonly #parts: StartParts
  /** Only when it fails: otherwise the crews close what they listen on. */
  readonly #undo: (() => void)[] = []
  readonly #close: (() => void)[] = []

  constructor(parts: StartParts) {
    this.#parts = parts
  }

  async run(hasReaper: boolean): Promise<Started> {
    const { conf, handover } = this.#parts
    const ground = await this.#prepare(hasReaper)
    const { log, control, observers } = ground
    const { own, overview, ...started } = await this.#assemble(ground)
    const { fleet, orders, reloader } = started
    const open = async (): Promise<void> => {
      await observers.begin(overview)
      await control?.serve({ orders, overview })
    }
    if (handover === null) await open()
    const reports = await fleet.start()
    if (reports === null) return started
    if (handover !== null) {
      this.#writePid()
      await handover.ready([...reloader.listeners, ...own.listeners])
      await open()
    }
    orders.running(reports)
    announce(log, reloader.urls, reports)
    if (conf.get(launchGroup).reload) await reloadOnChange(started, log)
    return started
  }

  /** When it has failed. */
  release(): void {
    for (const undo of this.#undo.toReversed()) undo()
    this.#end()
  }

  #end(): void {
    for (const close of this.#close.splice(0).toReversed()) close()
  }

  async #prepare(hasReaper: boolean): Promise<Ground> {
    const { conf, services, options, handover } = this.#parts
    const inherited = handover?.inherited ?? activatedSockets()
    const plans = await planLaunch(conf, services, inherited)
    applyUmask(conf)
    const privileges = plans[0]?.privileges ?? null
    // Before the first socket: a signal during the start must find the one who cleans up.
    const signals = new SignalQueue()
    this.#close.push(() => signals.close())
    const first = await bindPlans(plans, services, inherited)
    this.#undo.push(() => closeListeners(first.flatMap(({ listeners }) => listeners)))
    const ahead = await processesAhead(first)
    this.#undo.push(() => ahead.forEach((one) => one?.dismiss()))
    const log = options.log ?? (await createLogger(conf, { name: conf.prog, rotates: true, owner: privileges }))
    tellBeginning(log, conf, plans)
    if (!hasReaper) log.warn({ hint: reaperHint }, reaperWarning)
    const control = controlOf(conf)
    const observers = new Observers(conf, log)
    this.#close.push(() => control?.close())
    this.#close.push(() => observers.close())
    await control?.bind(inherited)
    await observers.bind(inherited)
    inherited.dismiss(log)
    // Of a master that goes on until this one is ready it stays.
    if (handover === null) this.#writePid()
    if (privileges !== null && runsHere(first)) dropPrivileges(privileges)
    return { first, ahead, inherited, log, levels: new LogLevels(log, conf), signals, control, observers }
  }

  /** What obeys and what looks on. */
  async #assemble({ first, ahead, inherited, log, levels, signals, control, observers }: Ground) {
    const { conf, services, options, command, handover } = this.#parts
    const report = (reason: string): void => observers.signalled(reason)
    const policy = options.respawn ?? defaultRespawnPolicy
    const fleet = new Fleet(await membersFor(first, ahead, { policy, log, levels, askedForReport: report }))
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
    void fleet.ended.then(() => this.#end())
    void orders.obey(signals)
    const overview = new Overview({
      config: conf,
      log,
      levels,
      reloads: reloader.history,
      members: fleet.members,
      status: () => orders.status(),
    })
    return { fleet, reloader, orders, overview, own }
  }

  #writePid(): void {
    const { pid_file: path } = this.#parts.conf.get(launchGroup)
    if (path === null) return
    writePidFile(path)
    this.#close.push(() => removePidFile(path))
  }
}

function controlOf(conf: Config): ControlSocket | null {
  const { control_socket: path } = conf.get(launchGroup)
  if (path === null) return null
  const { where, detail } = conf.origin('control_socket')
  return new ControlSocket(path, { where, origin: detail })
}

async function reloadOnChange({ fleet, reloader, orders }: Started, log: Logger): Promise<void> {
  const { reloadOnChange: begin } = await import('./dev/reload-on-change.ts')
  const order = (reason: string): Promise<void> => orders.reload(reason)
  const watch = begin({ serving: () => reloader.serving, order, log })
  void fleet.ended.then(() => watch.close())
}

function tellBeginning(log: Logger, conf: Config, plans: readonly LaunchPlan[]): void {
  const { prog, version, files } = conf
  const [only, ...others] = plans
  const what = only !== undefined && others.length === 0 ? only.spec : { name: prog, version }
  const from = files.length === 0 ? 'no config files' : `config files ${files.join(', ')}`
  log.info(`${what.name}${what.version === null ? '' : ` ${what.version}`}, ${from}`)
  tellTls(log, plans)
  if (log.isLevelEnabled('debug')) for (const line of renderOptionValues(conf)) log.debug(line)
}

/** The start in three lines, after the first: where, what, who. */
function announce(log: Logger, urls: readonly string[], reports: readonly CrewReport[]): void {
  log.info(urls.length === 0 ? 'listening on nothing' : `listening on ${urls.join(', ')}`)
  for (const { summary } of reports) if (summary !== null) log.info(summary)
  // Since the process began, modules and all: what an operator waited.
  log.info(`ready in ${Math.round(performance.now())} ms, ${whoServes(reports)}`)
}
