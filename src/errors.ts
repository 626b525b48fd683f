// The one error class of the project, the table of its codes and their exit statuses.
// Imports nothing. Every code has a section in docs/errors.md (a test keeps both in step);
// rendering for people is in diagnostic.ts.

/** Exit statuses as sysexits.h names them; systemd knows these numbers by name. */
export const ExitCode = {
  ok: 0,
  usage: 64,
  inputMissing: 66,
  unavailable: 69,
  software: 70,
  system: 71,
  notPermitted: 77,
  config: 78,
} as const

/** Every code with the exit status of a command that ends because of it. */
export const errorCodes = {
  SLIPWAY_USAGE: ExitCode.usage,
  SLIPWAY_INTERNAL: ExitCode.software,

  SLIPWAY_INPUT_MISSING: ExitCode.inputMissing,
  SLIPWAY_INPUT_UNREADABLE: ExitCode.notPermitted,
  SLIPWAY_INPUT_ENCODING: ExitCode.config,
  SLIPWAY_OUTPUT: ExitCode.system,

  SLIPWAY_INI_SYNTAX: ExitCode.config,
  SLIPWAY_INI_DUPLICATE: ExitCode.config,
  SLIPWAY_INI_INTERPOLATION: ExitCode.config,

  SLIPWAY_MANIFEST_MISSING: ExitCode.inputMissing,
  SLIPWAY_MANIFEST_ENTRY: ExitCode.config,
  SLIPWAY_MANIFEST_DUPLICATE: ExitCode.config,
  SLIPWAY_MANIFEST_SCRIPT: ExitCode.config,

  SLIPWAY_REFERENCE_SYNTAX: ExitCode.config,
  SLIPWAY_REFERENCE_MODULE: ExitCode.config,
  SLIPWAY_REFERENCE_ATTRIBUTE: ExitCode.config,
  SLIPWAY_REFERENCE_DEPENDENCY: ExitCode.software,
  SLIPWAY_REFERENCE_SOURCE: ExitCode.software,
  SLIPWAY_REFERENCE_THREW: ExitCode.software,
  SLIPWAY_REFERENCE_TIMEOUT: ExitCode.software,
  SLIPWAY_REFERENCE_NOT_CALLABLE: ExitCode.config,

  SLIPWAY_SCRIPT_UNSETTLED: ExitCode.software,

  SLIPWAY_DISTRIBUTION_MISSING: ExitCode.config,
  SLIPWAY_DISTRIBUTION_ENTRY: ExitCode.config,
  SLIPWAY_DISTRIBUTION_AMBIGUOUS: ExitCode.config,

  SLIPWAY_PLUGIN_MISSING: ExitCode.config,
  SLIPWAY_PLUGIN_CONFLICT: ExitCode.config,
  SLIPWAY_PLUGIN_THREW: ExitCode.software,

  SLIPWAY_PASTE_URI: ExitCode.config,
  SLIPWAY_PASTE_SECTION_MISSING: ExitCode.config,
  SLIPWAY_PASTE_SECTION_AMBIGUOUS: ExitCode.config,
  SLIPWAY_PASTE_NO_FACTORY: ExitCode.config,
  SLIPWAY_PASTE_PROTOCOL: ExitCode.config,
  SLIPWAY_PASTE_PIPELINE: ExitCode.config,
  SLIPWAY_PASTE_FILTER_APP: ExitCode.config,
  SLIPWAY_PASTE_GET: ExitCode.config,
  SLIPWAY_PASTE_CYCLE: ExitCode.config,
  SLIPWAY_PASTE_MOUNT: ExitCode.config,
  SLIPWAY_PASTE_CASCADE: ExitCode.config,
  SLIPWAY_PASTE_STRATEGY: ExitCode.config,
  SLIPWAY_PASTE_SETTING: ExitCode.config,
  SLIPWAY_PASTE_FACTORY_THREW: ExitCode.software,
  SLIPWAY_PASTE_RESULT: ExitCode.software,
  SLIPWAY_PASTE_SHADOWED: ExitCode.config,
  SLIPWAY_PASTE_LOST: ExitCode.config,
  SLIPWAY_PASTE_UNUSED: ExitCode.config,
  SLIPWAY_PASTE_ORDER: ExitCode.config,
  SLIPWAY_PASTE_COMMENT: ExitCode.config,
  SLIPWAY_PASTE_STAND_IN: ExitCode.config,

  SLIPWAY_CONFIG_DECLARATION: ExitCode.software,
  SLIPWAY_CONFIG_VALUE: ExitCode.config,
  SLIPWAY_CONFIG_REQUIRED: ExitCode.config,
  SLIPWAY_CONFIG_UNKNOWN: ExitCode.config,
  SLIPWAY_CONFIG_SUBSTITUTION: ExitCode.config,
  SLIPWAY_CONFIG_DEPRECATED: ExitCode.config,
  SLIPWAY_CONFIG_REFERENCE: ExitCode.config,
  SLIPWAY_CONFIG_SOURCE: ExitCode.unavailable,
  SLIPWAY_CONFIG_IMMUTABLE: ExitCode.config,

  SLIPWAY_LOG_FILE: ExitCode.config,

  SLIPWAY_HTTP_RESPONSE: ExitCode.software,

  SLIPWAY_ROUTE_PATH: ExitCode.software,
  SLIPWAY_ROUTE_OPTION: ExitCode.software,
  SLIPWAY_ROUTE_CONTROLLER: ExitCode.software,
  SLIPWAY_ROUTE_URL: ExitCode.software,

  SLIPWAY_POLICY_FILE: ExitCode.config,
  SLIPWAY_POLICY_RULE: ExitCode.config,
  SLIPWAY_POLICY_REFERENCE: ExitCode.config,
  SLIPWAY_POLICY_UNKNOWN: ExitCode.config,
  SLIPWAY_POLICY_DEPRECATED: ExitCode.config,
  SLIPWAY_POLICY_REDUNDANT: ExitCode.config,
  SLIPWAY_POLICY_SCOPE: ExitCode.config,
  SLIPWAY_POLICY_DECLARATION: ExitCode.software,
  SLIPWAY_POLICY_REMOTE: ExitCode.unavailable,

  SLIPWAY_API_ATTRIBUTES: ExitCode.software,
  SLIPWAY_API_PLUGIN: ExitCode.software,
  SLIPWAY_API_EXTENSION: ExitCode.software,

  SLIPWAY_LAUNCH_ADDRESS: ExitCode.config,
  SLIPWAY_LAUNCH_PORT_IN_USE: ExitCode.unavailable,
  SLIPWAY_LAUNCH_BIND: ExitCode.unavailable,
  SLIPWAY_LAUNCH_BIND_PERMISSION: ExitCode.notPermitted,
  SLIPWAY_LAUNCH_ACTIVATION: ExitCode.config,
  SLIPWAY_LAUNCH_ACCOUNT: ExitCode.config,
  SLIPWAY_LAUNCH_PRIVILEGES: ExitCode.notPermitted,
  SLIPWAY_LAUNCH_TLS: ExitCode.config,
  SLIPWAY_LAUNCH_SERVICE: ExitCode.software,
  SLIPWAY_LAUNCH_WORKER_BOOT: ExitCode.software,
  SLIPWAY_LAUNCH_WORKER_DIED: ExitCode.software,
  SLIPWAY_LAUNCH_RELOAD: ExitCode.software,
  SLIPWAY_LAUNCH_SCALE: ExitCode.usage,
  SLIPWAY_LAUNCH_UPGRADE: ExitCode.software,
  SLIPWAY_LAUNCH_CONTROL: ExitCode.unavailable,
  SLIPWAY_LAUNCH_PID_FILE: ExitCode.notPermitted,

  SLIPWAY_DB_URL: ExitCode.config,
  SLIPWAY_DB_DRIVER: ExitCode.config,
  SLIPWAY_DB_CONNECT: ExitCode.unavailable,
  SLIPWAY_DB_REVISION: ExitCode.config,
  SLIPWAY_DB_GRAPH: ExitCode.config,
  SLIPWAY_DB_TARGET: ExitCode.usage,
  SLIPWAY_DB_VERSION: ExitCode.config,
  SLIPWAY_DB_MIGRATION: ExitCode.software,
  SLIPWAY_DB_OFFLINE: ExitCode.software,
  SLIPWAY_DB_BEHIND: ExitCode.config,
  SLIPWAY_DB_LOCKED: ExitCode.unavailable,
  SLIPWAY_DB_SCHEMA: ExitCode.software,

  SLIPWAY_DOCTOR_NODE: ExitCode.config,
  SLIPWAY_DOCTOR_PATH: ExitCode.config,
  SLIPWAY_DOCTOR_COMMAND: ExitCode.config,
  SLIPWAY_DOCTOR_SCRIPT: ExitCode.config,
  SLIPWAY_DOCTOR_BIN: ExitCode.config,
  SLIPWAY_DOCTOR_UNIT: ExitCode.config,
} as const

export type ErrorCode = keyof typeof errorCodes

/** A place in a text file; line and column count from 1, column and length in UTF-16 units. */
export interface Where {
  readonly file: string
  readonly line?: number
  readonly column?: number
  /** How many characters the caret underlines. */
  readonly length?: number
  /** The whole line, for the frame. */
  readonly text?: string
}

export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  readonly code: ErrorCode
  /** One sentence: lower-case, names the thing in quotes, no full stop. */
  readonly message: string
  readonly where: Where | null
  readonly found: string | null
  readonly expected: string | null
  /** Close names first, or all that exist where they are few. */
  readonly alternatives: readonly string[]
  /** What to do next. */
  readonly hint: string | null
}

/** What a diagnostic is made of; only the message is needed. */
export interface DiagnosticParts {
  readonly where?: Where | null | undefined
  readonly found?: string | undefined
  readonly expected?: string | undefined
  /** A function is called when they are first looked at: most errors that are caught are never shown. */
  readonly alternatives?: readonly string[] | (() => readonly string[]) | undefined
  readonly hint?: string | undefined
}

export interface SlipwayErrorParts extends DiagnosticParts {
  readonly cause?: unknown
  /** The text of the Python original for the same fault, for people who search for it. */
  readonly original?: string | undefined
  /** All problems of one report, when there are several; the error speaks for the first. */
  readonly problems?: readonly Diagnostic[]
}

export function diagnostic(
  severity: Diagnostic['severity'],
  code: ErrorCode,
  message: string,
  parts: DiagnosticParts = {},
): Diagnostic {
  const alternatives = once(parts.alternatives ?? [])
  return {
    severity,
    code,
    message,
    where: parts.where ?? null,
    found: parts.found ?? null,
    expected: parts.expected ?? null,
    // A getter of its own, which copies of the record (JSON, a structured clone) read like any other field.
    get alternatives() {
      return alternatives()
    },
    hint: parts.hint ?? null,
  }
}

function once(list: readonly string[] | (() => readonly string[])): () => readonly string[] {
  if (typeof list !== 'function') return () => list
  let found: readonly string[] | undefined
  return () => (found ??= list())
}

/**
 * The only error that this package throws on purpose. Thrown where the fault is found, given its
 * `where` as it rises (`located`), printed once at the top. Recognise it by `code`: copies of the
 * package and messages from workers make `instanceof` unreliable.
 */
export class SlipwayError extends Error {
  readonly code: ErrorCode
  readonly exitCode: number
  readonly where: Where | null
  readonly found: string | null
  readonly expected: string | null
  declare readonly alternatives: readonly string[]
  readonly hint: string | null
  readonly original: string | null
  readonly problems: readonly Diagnostic[]

  constructor(code: ErrorCode, message: string, parts: SlipwayErrorParts = {}) {
    super(message, parts.cause === undefined ? undefined : { cause: parts.cause })
    this.name = 'SlipwayError'
    this.code = code
    this.exitCode = errorCodes[code]
    const own = diagnostic('error', code, message, parts)
    this.where = own.where
    this.found = own.found
    this.expected = own.expected
    Object.defineProperty(this, 'alternatives', { get: () => own.alternatives, enumerable: true, configurable: true })
    this.hint = own.hint
    this.original = parts.original ?? null
    this.problems = parts.problems ?? [own]
  }

  /** The same error with a place, when it has none yet. */
  located(where: Where | null | undefined): SlipwayError {
    if (this.where !== null || !where) return this
    return new SlipwayError(this.code, this.message, {
      where,
      found: this.found ?? undefined,
      expected: this.expected ?? undefined,
      alternatives: () => this.alternatives,
      hint: this.hint ?? undefined,
      original: this.original ?? undefined,
      cause: this.cause,
    })
  }
}

export function isSlipwayError(value: unknown): value is SlipwayError {
  return (
    value instanceof Error && 'code' in value && typeof value.code === 'string' && Object.hasOwn(errorCodes, value.code)
  )
}

/** One error for a whole report. Throws when no problem in it is an error. */
export function errorOf(
  problems: readonly Diagnostic[],
  parts: Pick<SlipwayErrorParts, 'original' | 'cause'> = {},
): SlipwayError {
  const first = problems.find((problem) => problem.severity === 'error')
  if (!first) throw new TypeError('errorOf needs at least one problem of severity error')
  return new SlipwayError(first.code, first.message, {
    ...parts,
    where: first.where,
    found: first.found ?? undefined,
    expected: first.expected ?? undefined,
    alternatives: first.alternatives,
    hint: first.hint ?? undefined,
    problems,
  })
}
