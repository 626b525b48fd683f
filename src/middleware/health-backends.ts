// The checks that a healthcheck can make, by the names that oslo.middleware's entry points have. A check
// of another kind is one more line of the table.
import { existsSync } from 'node:fs'
import { closeNames } from '../diagnostic.ts'
import { SlipwayError, type Where } from '../errors.ts'
import type { HttpRequest } from '../http/index.ts'
import type { Logger } from '../log/index.ts'

export interface HealthResult {
  /** The kind of the check, in detailed answers. */
  readonly kind: string
  readonly isAvailable: boolean
  /** A word or two for everybody. */
  readonly reason: string
  /** A sentence for those who may see details. */
  readonly details: string
}

/** One check, made for every request to the healthcheck. It must not throw for a service that is unwell. */
export type HealthBackend = (req: HttpRequest) => HealthResult | Promise<HealthResult>

/** The settings that backends read. */
export interface BackendSettings {
  readonly backends: readonly string[]
  readonly disable_by_file_path: string | null
  readonly disable_by_file_paths: readonly string[]
  readonly enable_by_file_paths: readonly string[]
}

type MakeBackend = (settings: BackendSettings, log: Pick<Logger, 'warn'>, where: Where | null) => HealthBackend

const table: ReadonlyMap<string, MakeBackend> = new Map<string, MakeBackend>([
  ['disable_by_file', disableByFile],
  ['disable_by_files_ports', disableByFilesPorts],
  ['enable_by_files', enableByFiles],
])

/**
 * The checks that the settings name, in their order. A name that is not known is told to the log and left
 * out, as in oslo.middleware.
 * @throws SlipwayError SLIPWAY_CONFIG_VALUE for settings that contradict themselves
 */
export function backendsOf(settings: BackendSettings, log: Pick<Logger, 'warn'>, where: Where | null): HealthBackend[] {
  const { backends } = settings
  if (backends.includes('disable_by_file') && backends.includes('enable_by_files')) {
    throw new SlipwayError(
      'SLIPWAY_CONFIG_VALUE',
      '"backends" cannot have both "disable_by_file" and "enable_by_files"',
      {
        where,
        hint: 'one says healthy without a file, the other with one: keep one of them',
      },
    )
  }
  return backends.flatMap((name) => {
    const make = table.get(name)
    if (make) return [make(settings, log, where)]
    const close = closeNames(name, table.keys())
    log.warn(
      { backend: name },
      `healthcheck backend "${name}" is not known and left out: ${close.length > 0 ? `close names: ${close.join(', ')}` : `there are ${[...table.keys()].join(', ')}`}`,
    )
    return []
  })
}

function disableByFile({ disable_by_file_path: path }: BackendSettings, log: Pick<Logger, 'warn'>): HealthBackend {
  const kind = 'DisableByFile'
  if (path === null) {
    log.warn('healthcheck backend "disable_by_file" has no disable_by_file_path and is always healthy')
    return () => ({ kind, isAvailable: true, reason: 'OK', details: 'no file is named' })
  }
  return () => healthyWithout(kind, path)
}

/** Each port of the service can be taken out on its own. */
function disableByFilesPorts(
  { disable_by_file_paths: pairs }: BackendSettings,
  _log: unknown,
  where: Where | null,
): HealthBackend {
  const kind = 'DisableByFilesPorts'
  const paths = new Map(pairs.map((pair) => parsePortPath(pair, where)))
  return ({ node: { message } }) => {
    const port = message.socket.localPort
    const path = port === undefined ? undefined : paths.get(port)
    if (path !== undefined) return healthyWithout(kind, path)
    return {
      kind,
      isAvailable: true,
      reason: 'OK',
      details: `no file is named for ${port === undefined ? 'a unix socket' : `port ${port}`}`,
    }
  }
}

function parsePortPath(pair: string, where: Where | null): [number, string] {
  const [, port, path] = /^\s*(\d{1,5})\s*:\s*(.+)$/u.exec(pair) ?? []
  if (port !== undefined && path !== undefined && Number(port) <= 65_535) return [Number(port), path]
  throw new SlipwayError('SLIPWAY_CONFIG_VALUE', `"disable_by_file_paths" cannot have the item "${pair}"`, {
    where,
    found: pair,
    expected: 'port:path',
  })
}

function enableByFiles({ enable_by_file_paths: paths }: BackendSettings): HealthBackend {
  const kind = 'EnableByFiles'
  return () => {
    const missing = paths.filter((path) => !existsSync(path))
    if (missing.length === 0) return { kind, isAvailable: true, reason: 'OK', details: 'all files exist' }
    return { kind, isAvailable: false, reason: 'FILE PATH MISSING', details: `missing: ${missing.join(', ')}` }
  }
}

function healthyWithout(kind: string, path: string): HealthResult {
  return existsSync(path)
    ? { kind, isAvailable: false, reason: 'DISABLED BY FILE', details: `file "${path}" exists` }
    : { kind, isAvailable: true, reason: 'OK', details: `file "${path}" does not exist` }
}
