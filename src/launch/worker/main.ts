// Entry of a worker process: does what its master says over the IPC channel and nothing of its own
// accord. Without a master it drains and ends. The only file of the room that calls process.exit.
import { Config } from '../../config/index.ts'
import { errorCodes, ExitCode } from '../../errors.ts'
import { createLogger, type Logger, reopenLogs } from '../../log/index.ts'
import { describeThrown, type Failure, toFailure } from '../failure.ts'
import type { DrainOrder, ToMaster, ToWorker } from '../messages.ts'
import { launchGroup } from '../options.ts'
import { dropPrivileges } from '../privileges.ts'
import { startHeartbeat } from './heartbeat.ts'
import { inheritedListener } from './listeners.ts'
import { ServiceRunner } from './service-runner.ts'

/** systemd signals a whole control group: the master's own order, a final one, then comes within this time and goes first. */
const askAfterMs = 250

/** Longer than a door takes to close (worker/accept-queue.ts). */
const finishWithinMs = 600

let runner: ServiceRunner | null = null
let log: Logger | null = null
/** Called when the master says that no worker accepts any more. */
let finish: () => void = () => undefined
let isReady = false
let isDraining = false
let isEnding = false

function tell(message: ToMaster): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || process.send === undefined) return resolve()
    // A master that has just gone cannot be told; `disconnect` follows.
    process.send(message, () => resolve())
  })
}

async function obey(message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'start':
      return start(message)
    case 'drain':
      return drain(message)
    case 'finish':
      return finish()
    case 'reopen-logs':
      return reopenLogs()
  }
}

async function start(order: Extract<ToWorker, { type: 'start' }>): Promise<void> {
  const { workerId, service } = order
  process.title = `${service.name}: worker ${workerId}`
  try {
    const config = Config.fromSnapshot(order.config, [launchGroup])
    log = await createLogger(config, { name: service.name })
    // Between the log files, which may be root's, and the code of the service, which must not be.
    if (order.privileges !== null) dropPrivileges(order.privileges)
    const listeners = order.listeners.map(inheritedListener)
    const made = new ServiceRunner({ spec: service, workerId, config, log, listeners, othersClosed })
    runner = made
    // Before it starts: it accepts before it is ready, and the first request may be the one that blocks.
    startHeartbeat({
      everyMs: order.beatMs,
      count: () => made.counts(),
      tell: (vitals) => void tell({ type: 'beat', vitals }),
      watch: order.hangWatch,
    })
    const summary = await made.start()
    // It may have crashed on the way, and is only waiting for its last words to leave.
    if (isEnding) return
    isReady = true
    await tell({ type: 'ready', summary })
  } catch (error) {
    await fail(toFailure(error, 'SLIPWAY_LAUNCH_WORKER_BOOT', `worker ${workerId} could not start`))
  }
}

async function drain(order: DrainOrder): Promise<void> {
  isDraining = true
  // Nothing was accepted yet, and a start cannot be stopped half way.
  if (runner === null || !isReady) return end(ExitCode.ok)
  const cut = await runner.drain(order)
  await tell({ type: 'drained', cut })
  end(ExitCode.ok)
}

/**
 * A connection that one worker tells its client to close is opened again at the next: no worker says so before all have
 * closed their doors. One that is stuck does not hold up the others.
 */
async function othersClosed(): Promise<void> {
  const finished = new Promise<void>((resolve) => (finish = resolve))
  await tell({ type: 'intake-closed' })
  const late = setTimeout(finish, finishWithinMs)
  await finished
  clearTimeout(late)
}

/** Once: what follows from the first failure is not told. */
async function fail(failure: Failure): Promise<void> {
  if (isEnding) return
  isEnding = true
  try {
    if (process.connected) await tell({ type: 'failed', failure })
    else log?.fatal({ stack: failure.thrown?.stack }, failure.message)
  } finally {
    end(errorCodes[failure.code])
  }
}

function end(status: number): void {
  process.exit(status)
}

function crash(kind: string, error: unknown): void {
  void fail(toFailure(error, 'SLIPWAY_LAUNCH_WORKER_DIED', kind))
}

process.on('message', (message) => void obey(message as ToWorker))
process.on('uncaughtException', (error) => crash('uncaught exception', error))
process.on('unhandledRejection', (error) => crash('unhandled rejection', error))
process.on('disconnect', () => {
  if (isEnding) return
  log?.warn('the master is gone: draining')
  drain({ final: true, reason: 'the master is gone' }).catch((error: unknown) => {
    log?.fatal({ err: error }, `drain failed: ${describeThrown(error)}`)
    end(ExitCode.software)
  })
})
// A worker that is asked to stop, by whoever knows its pid, leaves the how to its master.
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    setTimeout(() => {
      if (!isDraining) void tell({ type: 'asked-to-stop', signal })
    }, askAfterMs)
  })
}
process.on('SIGHUP', () => log?.warn('SIGHUP is for the master: nothing changed'))
// Without a handler Node would open its inspector on a port.
process.on('SIGUSR1', () => {
  reopenLogs()
  log?.info('SIGUSR1: the log files are opened again')
})
