// `slipway status` at work: asks once, or again and again until a signal ends it.
import { setTimeout as sleep } from 'node:timers/promises'
import { ExitCode, SlipwayError } from '../errors.ts'
import type { ServiceStatus } from '../launch/status.ts'
import { paintFor } from './colour.ts'
import { askService, socketPath } from './control.ts'
import type { ControlOptions } from './flags.ts'
import { renderStatus, type StatusView } from './render-status.ts'
import type { Terminal } from './terminal.ts'

export interface StatusOptions extends ControlOptions {
  readonly json?: true
  readonly watch?: string
}

/** A day. */
const longestInterval = 86_400

const clearScreen = '\u001B[H\u001B[2J'

/** 0 when every worker serves, else 1. */
export async function showStatus(options: StatusOptions, terminal: Terminal): Promise<number> {
  const path = socketPath(options)
  const ask = async (): Promise<ServiceStatus> => (await askService(path, 'GET', '/status')) as ServiceStatus
  if (options.watch !== undefined) return watch(ask, options, terminal)
  const status = await ask()
  tellStatus(status, options.json, terminal)
  return statusOf(status)
}

/** Ends with the service, whose socket then answers no more, or with a signal. */
async function watch(ask: () => Promise<ServiceStatus>, options: StatusOptions, terminal: Terminal): Promise<never> {
  const everyMs = intervalOf(options.watch) * 1000
  const paint = paintFor(terminal, 'stdout')
  let before: StatusView['before']
  for (;;) {
    const status = await ask()
    const now = Date.now()
    const text = options.json ? `${JSON.stringify(status)}\n` : renderStatus(status, { now, paint, before })
    terminal.out(terminal.stdout.isTTY && !options.json ? clearScreen + text : text)
    before = { status, at: now }
    await sleep(everyMs)
  }
}

function intervalOf(text = ''): number {
  const seconds = Number(text)
  if (text.trim() !== '' && seconds >= 0.1 && seconds <= longestInterval) return seconds
  throw new SlipwayError('SLIPWAY_USAGE', `"${text}" is no number of seconds`, {
    expected: `a number from 0.1 to ${longestInterval}`,
    hint: 'see: slipway status --help',
  })
}

function statusOf({ state }: ServiceStatus): number {
  return state === 'degraded' ? 1 : ExitCode.ok
}

/** What a reload or a change of number has led to. */
export function tellStatus(status: unknown, json: true | undefined, terminal: Terminal): void {
  const view = { now: Date.now(), paint: paintFor(terminal, 'stdout') }
  terminal.out(json ? `${JSON.stringify(status)}\n` : renderStatus(status as ServiceStatus, view))
}
