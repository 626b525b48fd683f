// One request through an app built for it: the answer, and every object that the request met. Nothing
// listens, and what the app holds is released afterwards.
import { readFileSync } from 'node:fs'
import { STATUS_CODES } from 'node:http'
import { resolve } from 'node:path'
import { positionOf } from '../diagnostic.ts'
import { ExitCode, SlipwayError } from '../errors.ts'
import { type App, type HttpRequest, inject, type InjectedResponse } from '../http/index.ts'
import { createLogger } from '../log/index.ts'
import { loadApp, type Loaded } from '../paste/load.ts'
import { standIns } from '../paste/stand-in.ts'
import { tracer, type WayPoint } from '../paste/trace.ts'
import { paintFor } from './colour.ts'
import type { PlanOptions, StandInOptions } from './flags.ts'
import { renderLine } from './place.ts'
import { projectAt } from './project.ts'
import { readServiceConfig, tellNearMisses } from './service-config.ts'
import { count, renderTable } from './table.ts'
import { namingRoots, parseTarget } from './target.ts'
import type { Terminal } from './terminal.ts'

export interface InjectOptions extends PlanOptions, StandInOptions {
  readonly header?: readonly string[]
  readonly data?: string
  readonly json?: true
}

export interface RequestLine {
  readonly target: string
  readonly method: string
  readonly path: string
}

interface Outcome {
  readonly response: InjectedResponse
  readonly way: readonly WayPoint[]
  readonly ms: number
}

/** 0 for every answer, a 500 too: the request got one. */
export async function injectRequest(line: RequestLine, options: InjectOptions, terminal: Terminal): Promise<number> {
  checkPath(line.path)
  const headers = headersOf(options.header ?? [])
  const body = options.data === undefined ? undefined : bodyOf(options.data, terminal.cwd)
  const config = readServiceConfig({ files: options.configFile })
  tellNearMisses(config, terminal)
  // Standard error, wherever the service logs: its files may belong to somebody else, and its syslog is for its own requests.
  config.override('use_syslog', false)
  config.override('use_journal', false)
  const stream = { write: (text: string) => terminal.err(text), isTTY: terminal.stderr.isTTY }
  const log = await createLogger(config, { name: 'slipway', stream })
  const target = parseTarget(line.target, terminal.cwd)
  const { flavour, standIn } = options
  const app = await namingRoots(target, () =>
    loadApp(target.uri, {
      name: target.name ?? undefined,
      projects: [projectAt(options.manifest, terminal.cwd)],
      config,
      flavour,
      log,
      observe: tracer,
      ...(standIn ? { replace: standIns(standIn, { config, flavour }) } : {}),
    }),
  )
  const request = { method: line.method.toUpperCase(), path: line.path, headers, ...(body ? { body } : {}), log }
  const outcome = await sendThrough(app, request)
  terminal.out(options.json ? `${JSON.stringify(outcomeJson(outcome), null, 2)}\n` : renderOutcome(outcome, terminal))
  return ExitCode.ok
}

async function sendThrough(loaded: Loaded<App>, request: Parameters<typeof inject>[1]): Promise<Outcome> {
  let seen: HttpRequest | null = null
  const app: App = (req) => {
    seen = req
    return loaded.value(req)
  }
  try {
    const start = performance.now()
    const response = await inject(app, request)
    const ms = performance.now() - start
    return { response, ms, way: (seen as HttpRequest | null)?.environ.way ?? [] }
  } finally {
    await loaded.close()
  }
}

function checkPath(path: string): void {
  if (path.startsWith('/') || path === '*') return
  throw new SlipwayError('SLIPWAY_USAGE', `"${path}" is no path`, {
    expected: 'a path from "/", without scheme and host: /v1/goods?limit=2',
    hint: 'see: slipway inject --help',
  })
}

function headersOf(lines: readonly string[]): Record<string, string[]> {
  const headers = Object.create(null) as Record<string, string[]>
  for (const line of lines) {
    const [, name, value = ''] = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/su.exec(line) ?? []
    if (name === undefined) {
      throw new SlipwayError('SLIPWAY_USAGE', `"${line}" is no header`, {
        expected: '"name: value"',
        hint: 'see: slipway inject --help',
      })
    }
    ;(headers[name.toLowerCase()] ??= []).push(value)
  }
  return headers
}

/** The text itself, or with `@` the bytes of a file. */
function bodyOf(data: string, cwd: string): Uint8Array {
  if (!data.startsWith('@')) return Buffer.from(data)
  const name = data.slice(1)
  try {
    return readFileSync(name === '-' ? 0 : resolve(cwd, name))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR'
    throw new SlipwayError(
      isMissing ? 'SLIPWAY_INPUT_MISSING' : 'SLIPWAY_INPUT_UNREADABLE',
      `the body "${name}" cannot be read: ${message}`,
      { where: { file: name }, hint: 'it was named by --data', cause: error },
    )
  }
}

/** A body that is no UTF-8 text comes in base64, and a further key says so. */
function outcomeJson({ response, way, ms }: Outcome): Record<string, unknown> {
  const text = textOf(response.body)
  return {
    status: response.status,
    headers: response.headers,
    body: text ?? response.body.toString('base64'),
    ...(text === null ? { bodyEncoding: 'base64' } : {}),
    ms: rounded(ms),
    path: way.map(({ kind, name, section, where, ms: spent }) => ({
      kind,
      name,
      section,
      where: positionOf(where),
      ms: spent === null ? null : rounded(spent),
    })),
  }
}

function textOf(body: Buffer): string | null {
  const text = body.toString('utf-8')
  return Buffer.from(text, 'utf-8').equals(body) ? text : null
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

function renderOutcome({ response, way, ms }: Outcome, terminal: Terminal): string {
  const paint = paintFor(terminal, 'stdout')
  const { status } = response
  const statusLine = `${status} ${STATUS_CODES[status] ?? ''}`.trimEnd()
  const headers = Object.entries(response.headers).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((one) => `${paint.cyan(name)}: ${one}`),
  )
  const body = textOf(response.body)
  const shownBody =
    body === null ? `(${count(response.body.length, 'byte')} that are no text)` : body.replace(/\n$/u, '')
  const rows = way.map(({ kind, name, where, ms: spent }) => [
    kind,
    name,
    renderLine(where, terminal.cwd),
    spent === null ? '' : `${spent.toFixed(2)} ms`,
  ])
  const steps = renderTable(rows, {
    indent: '  ',
    paint: (cell, column) => (column === 1 ? paint.bold(cell) : column === 0 ? cell : paint.dim(cell)),
  })
  const lines = [
    status >= 500 ? paint.red(statusLine) : paint.bold(statusLine),
    ...headers,
    ...(response.body.length > 0 ? ['', shownBody] : []),
    '',
    paint.dim(`the way, ${count(way.length, 'step')} in ${ms.toFixed(2)} ms:`),
    ...(way.length > 0 ? [steps] : []),
  ]
  return `${lines.join('\n')}\n`
}
