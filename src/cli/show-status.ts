// `slipway status` at work: asks once, or again and again until a signal ends it.
import { setTimeout as sleep } from 'node:timers/promises'
import { ExitCode } from '../errors.ts'
import type { ServiceStatus } from '../launch/status.ts'
import { paintFor } from './colour.ts'
import { askService, socketPath } from './control.ts'
import type { ControlOptions } from './flags.ts'
import { renderStatus } from './render-status.ts'
import type { Terminal } from './terminal.ts'

export interface StatusOptions extends ControlOptions {
  readonly json?: true
  readonly watch?: string
}

const clearScreen = '\u001B[H\u001B[2J'

/** 0 when every worker serves, else 1. */
export async function showStatus(options: StatusOptions, terminal: Terminal): Promise<number> {
  const path = socketPath(options)
  const ask = async (): Promise<ServiceStatus> => (await askService(path, 'GET', '/status')) as ServiceStatus
  const render = (status: ServiceStatus): string =>
    options.json ? `${JSON.stringify(status)}\n` : renderStatus(status, Date.now(), paintFor(terminal, 'stdout'))
  if (options.watch === undefined) {
    const status = await ask()
    terminal.out(render(status))
    return statusOf(status)
  }
  const everyMs = Math.max(0.1, Number(options.watch)) * 1000
  // Ends with the service, whose socket then answers no more, or with a signal.
  for (;;) {
    const text = render(await ask())
    terminal.out(terminal.stdout.isTTY && !options.json ? clearScreen + text : text)
    await sleep(everyMs)
  }
}

function statusOf({ state }: ServiceStatus): number {
  return state === 'degraded' ? 1 : ExitCode.ok
}

/** What a reload or a change of number has led to. */
export function tellStatus(status: unknown, json: true | undefined, terminal: Terminal): void {
  const text = json
    ? `${JSON.stringify(status)}\n`
    : renderStatus(status as ServiceStatus, Date.now(), paintFor(terminal, 'stdout'))
  terminal.out(text)
}
