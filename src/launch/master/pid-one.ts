// The launcher as process 1 of a container. The kernel gives it every orphan of the container, to be waited for when it ends; Node waits
// for its own children only, so that orphans stay behind as zombies. A shell waits for all: where Node can turn into another program
// it becomes one that starts the launcher anew and passes signals on. Where it cannot, the caller has to say so.
import { accessSync, constants } from 'node:fs'

const shell = '/bin/sh'

/**
 * For `sh -c`: runs "$@", passes signals on, and ends with its status. `wait` of a shell ends at a signal, before its trap runs, and has
 * to be called again; 127 is what it says of a process that it has told the status of already. The INT of a
 * terminal reaches the whole group without help.
 */
export const reaperScript = [
  ...['TERM', 'HUP', 'QUIT', 'USR1', 'USR2', 'TTIN', 'TTOU', 'WINCH'].map(passOn),
  `if [ -t 0 ]; then trap 'again=1' INT; else ${passOn('INT')}; fi`,
  '"$@" &',
  'child=$! status=127 again=1',
  'while [ -n "$again" ]; do',
  '  again=',
  '  wait "$child"',
  '  now=$?',
  '  [ "$now" = 127 ] || status=$now',
  'done',
  'exit "$status"',
].join('\n')

function passOn(signal: string): string {
  return `trap 'again=1; kill -${signal} "$child" 2>/dev/null' ${signal}`
}

/** For the log, when nobody does. */
export const reaperWarning = 'process 1 of a container, and nobody reaps what orphans leave behind'

export const reaperHint = 'start the container with an init (docker run --init), or with Node 22.15 and a shell in it'

type Execve = (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => never

/**
 * Makes sure that somebody waits for orphans; does not return when this process has to be started anew for it. Call it
 * before anything is opened.
 * @returns false when nobody does
 */
export function ensureReaper(): boolean {
  if (process.pid !== 1 || process.platform !== 'linux') return true
  // Since Node 22.15 and 23.11; not in threads.
  const { execve } = process as { readonly execve?: Execve }
  // LISTEN_FDS are for this very process.
  if (execve === undefined || process.env.LISTEN_FDS !== undefined || !hasShell()) return false
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  return execve(shell, ['sh', '-c', reaperScript, 'sh', ...command], process.env)
}

/** To look first is all one can do: a failing execve ends the process. */
function hasShell(): boolean {
  try {
    accessSync(shell, constants.X_OK)
    return true
  } catch {
    return false
  }
}
