// What every worker of one configuration is started with: its order, its sockets, its deadlines, and what it will live
// in. Runs in the master.
import type { Config } from '../../config/index.ts'
import { SlipwayError } from '../../errors.ts'
import type { Generation } from '../generation.ts'
import type { LevelOrder, LogLevels } from '../log-levels.ts'
import type { LaunchSettings } from '../options.ts'
import type { Privileges } from '../privileges.ts'
import type { Listener } from './bind.ts'
import type { PulseTiming } from './pulse.ts'
import type { LaunchVessel, StartOrder } from './vessel.ts'

const longestBeatMs = 1000
// Less than what exported units and containers add (cli/export-facts.ts).
const lastWordsSeconds = 3

/** How long each arrow may take; null: without end. */
export interface WorkerTiming extends PulseTiming {
  readonly startMs: number | null
  readonly drainMs: number | null
}

export interface WorkerTemplate {
  readonly order: Pick<StartOrder, 'type' | 'service' | 'config' | 'privileges' | 'tls'>
  readonly listeners: readonly Listener[]
  readonly timing: WorkerTiming
  readonly settings: LaunchSettings
  readonly launchVessel: LaunchVessel
  /** In front of the worker's name in the log. */
  readonly label: string
  /** Set by hand for the configuration of these workers. */
  readonly levels: () => readonly LevelOrder[]
}

/** @throws SlipwayError SLIPWAY_LAUNCH_PRIVILEGES when the workers could not be who they should be */
export async function templateOf(
  { spec, config, listeners, settings, privileges, tls }: Generation,
  { label, levels }: Pick<WorkerTemplate, 'label'> & { readonly levels: LogLevels },
): Promise<WorkerTemplate> {
  const { start_timeout: start, graceful_shutdown_timeout: grace, stop_delay: delay, worker_timeout: hang } = settings
  return {
    order: { type: 'start', service: spec, config: config.snapshot(), privileges, tls: tls.material },
    listeners,
    settings,
    label,
    levels: () => levels.ordersFor(config),
    launchVessel: await vesselFor(settings.worker_model, privileges),
    timing: {
      beatMs: hang === 0 ? longestBeatMs : Math.min(longestBeatMs, hang * 250),
      hangMs: hang === 0 ? null : hang * 1000,
      startMs: start === 0 ? null : start * 1000,
      // More than the worker gives itself: it tells what it cut before it is killed, on a busy machine as well.
      drainMs: grace === 0 ? null : (delay + grace + lastWordsSeconds) * 1000,
    },
  }
}

/** A master of processes has no use for a thread pool. */
async function vesselFor(model: 'process' | 'thread', privileges: Privileges | null): Promise<LaunchVessel> {
  if (model === 'process') return (await import('./process-vessel.ts')).launchProcess
  if (privileges !== null && process.geteuid?.() !== privileges.uid) {
    throw new SlipwayError('SLIPWAY_LAUNCH_PRIVILEGES', 'threads would run the service as the user of the master', {
      hint: 'worker_model = thread together with the option user takes a restart',
    })
  }
  return (await import('./thread-vessel.ts')).launchThread
}

/** For workers to come, after options have changed under those that are there. */
export function withConfig(template: WorkerTemplate, config: Config, levels: LogLevels): WorkerTemplate {
  return {
    ...template,
    levels: () => levels.ordersFor(config),
    order: { ...template.order, config: config.snapshot() },
  }
}
