// How this process was started, to start it once more: taken down before anything of it is changed.
import { statSync } from 'node:fs'
import { handoverVariable } from './handover.ts'

export interface StartCommand {
  readonly node: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Those that belong to one process: descriptors are numbered anew, and the pid is another. */
const own = ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES', 'LISTEN_PIDFDID', 'WATCHDOG_PID', handoverVariable]

export function startCommand(): StartCommand {
  const env = { ...process.env }
  for (const name of own) delete env[name]
  return { node: process.execPath, args: [...process.execArgv, ...process.argv.slice(1)], cwd: workingFolder(), env }
}

/** As the shell named it, where that is the same folder: the link `current` may lead to a newer release by then. */
function workingFolder(): string {
  const { PWD: named } = process.env
  const real = process.cwd()
  if (named === undefined) return real
  const [one, other] = [named, real].map((path) => statSync(path, { throwIfNoEntry: false }))
  return one?.ino === other?.ino && one?.dev === other?.dev ? named : real
}
