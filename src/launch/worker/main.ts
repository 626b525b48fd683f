// Entry of a worker process: the IPC channel to its master, the signals that reach it, and what becomes of errors that
// nobody caught. What it does is in worker-life.ts. One of the two files of the room that call process.exit.
import { reopenLogs } from '../../log/index.ts'
import type { ToWorker } from '../messages.ts'
import { dropPrivileges } from '../privileges.ts'
import { residentSetReader } from '../resident-set.ts'
import { inheritedListener } from './listeners.ts'
import { WorkerLife } from './worker-life.ts'

/** systemd signals a whole control group: the master's own order, a final one, then comes within this time and goes first. */
const askAfterMs = 250

const life = new WorkerLife({
  get isConnected() {
    return process.connected
  },
  tell: (message) =>
    new Promise((resolve) => {
      if (!process.connected || process.send === undefined) return resolve()
      // A master that has just gone cannot be told; `disconnect` follows.
      process.send(message, () => resolve())
    }),
  end: (status) => process.exit(status),
  become: dropPrivileges,
  open: (listeners) => listeners.map(inheritedListener),
  memory: residentSetReader(),
})

process.on('message', (message: ToWorker) => {
  if (message.type === 'start') process.title = `${message.service.name}: worker ${message.workerId}`
  void life.obey(message)
})
process.on('uncaughtException', (error) => life.crash('uncaught exception', error))
process.on('unhandledRejection', (error) => life.crash('unhandled rejection', error))
process.on('disconnect', () => life.masterGone())
// A worker that is asked to stop, by whoever knows its pid, leaves the how to its master.
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    setTimeout(() => {
      if (!life.isDraining) process.send?.({ type: 'asked-to-stop', signal }, () => undefined)
    }, askAfterMs)
  })
}
process.on('SIGHUP', () => life.log?.warn('SIGHUP is for the master: nothing changed'))
process.on('SIGUSR2', () => process.send?.({ type: 'asked-for-report', signal: 'SIGUSR2' }, () => undefined))
// Without a handler Node would open its inspector on a port.
process.on('SIGUSR1', () => {
  reopenLogs()
  life.log?.info('SIGUSR1: the log files are opened again')
})
