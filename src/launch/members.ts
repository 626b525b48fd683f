// Which crew a service gets: the process itself, or a supervisor with processes or threads. Imports what serves requests
// only where this process will: the master of processes has no use for it, nor one process for a supervisor.
import type { Logger } from '../log/index.ts'
import type { Crew } from './crew.ts'
import type { Member } from './fleet.ts'
import type { Generation } from './generation.ts'
import type { ProcessesAhead } from './master/processes-ahead.ts'
import type { SupervisorParts } from './master/supervisor.ts'

/** Processes of first workers that begin already, a place for each service; null for one that has none. */
export type Ahead = readonly (ProcessesAhead | null)[]

export async function membersFor(
  first: readonly Generation[],
  ahead: Ahead,
  parts: Omit<SupervisorParts, 'label'>,
): Promise<Member[]> {
  return Promise.all(
    first.map(async (one, index) => {
      const { name } = one.spec
      if (isInProcess(one, first)) return { name, crew: await inProcess(one, parts.log) }
      const { Supervisor } = await import('./master/supervisor.ts')
      const label = first.length > 1 ? `${name} ` : ''
      return { name, crew: await Supervisor.create(one, { ...parts, label }, ahead[index] ?? null) }
    }),
  )
}

export async function processesAhead(first: readonly Generation[]): Promise<Ahead> {
  return Promise.all(
    first.map(async (one) => {
      if (!hasProcesses(one, first)) return null
      const { ProcessesAhead } = await import('./master/processes-ahead.ts')
      return new ProcessesAhead(one)
    }),
  )
}

/** Whether code of a service runs in this very process: such a process gives up its privileges itself. */
export function runsHere(first: readonly Generation[]): boolean {
  return first.some((one) => !hasProcesses(one, first))
}

function hasProcesses(one: Generation, all: readonly Generation[]): boolean {
  return !isInProcess(one, all) && one.settings.worker_model === 'process'
}

/** One that reloads its code cannot: a module is imported once in a process. */
function isInProcess({ workers, settings }: Generation, all: readonly Generation[]): boolean {
  return workers === 1 && all.length === 1 && !settings.reload
}

async function inProcess(first: Generation, log: Logger): Promise<Crew> {
  const { InProcessCrew } = await import('./worker/in-process.ts')
  return new InProcessCrew(first, log)
}
