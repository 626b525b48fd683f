// A line of JSON as a line of text, by the format strings of oslo.log's ContextFormatter. Pure but for
// the clock's time zone. Where Python would write `None`, or nothing at all, for a field that a line
// does not have, it writes `-`: what splits lines at spaces then finds each field in its place.
import { basename, extname } from 'node:path'
import type { Level } from './levels.ts'
import type { LogSettings } from './options.ts'
import { type Fields, parsePercentFormat, type Render } from './percent-format.ts'
import { isoTime, strftime } from './strftime.ts'
import { textDefaults } from './text-defaults.ts'

/** Python's names and numbers of the levels, and oslo.log's colours. */
const levels: Readonly<Record<Level, { readonly name: string; readonly number: number; readonly colour: string }>> = {
  trace: { name: 'TRACE', number: 5, colour: '\u001B[00;35m' },
  debug: { name: 'DEBUG', number: 10, colour: '\u001B[00;32m' },
  info: { name: 'INFO', number: 20, colour: '\u001B[00;36m' },
  warn: { name: 'WARNING', number: 30, colour: '\u001B[01;33m' },
  error: { name: 'ERROR', number: 40, colour: '\u001B[01;31m' },
  fatal: { name: 'CRITICAL', number: 50, colour: '\u001B[01;31m' },
  silent: { name: 'NOTSET', number: 0, colour: '' },
}

const resetColour = '\u001B[00m'

/** What Python leaves empty where a line has none. */
const emptyFields = new Set(['instance', 'color', 'reset_color', 'resource', 'user_name', 'project_name'])

type Line = Readonly<Record<string, unknown>>

interface Formats {
  readonly date: string
  readonly context: Render
  readonly plain: Render
  readonly debugSuffix: Render | null
  readonly exceptionPrefix: Render
  readonly identity: Render
  readonly instance: Render
  readonly instanceUuid: Render
  /** A format that places the summary of an error itself gets none at its end. */
  readonly placesSummary: { readonly context: boolean; readonly plain: boolean }
}

export interface TextOptions {
  readonly isColoured: boolean
}

/** @returns what makes text, with a newline at the end, of a line of JSON */
export function textRenderer(settings: LogSettings, { isColoured }: TextOptions): (json: string) => string {
  const formats = formatsOf(settings)
  return (json) => {
    const text = renderLine(JSON.parse(json) as Line, formats, isColoured)
    return isColoured ? `${text}${resetColour}\n` : `${text}\n`
  }
}

/** Whether a format asks where in the code a line was logged, which is costly to find out. */
export function wantsCaller(settings: LogSettings): { readonly always: boolean; readonly atDebug: boolean } {
  const asks = (format: string): boolean => /%\((?:funcName|pathname|lineno|filename|module)\)/u.test(format)
  const { logging_debug_format_suffix: suffix, ...others } = { ...textDefaults, ...given(settings) }
  return { always: Object.values(others).some(asks), atDebug: asks(suffix) }
}

function formatsOf(settings: LogSettings): Formats {
  const texts = { ...textDefaults, ...given(settings) }
  const places = (format: string): boolean => format.includes('%(error_summary)s')
  return {
    date: texts.log_date_format,
    context: parsePercentFormat(texts.logging_context_format_string),
    plain: parsePercentFormat(texts.logging_default_format_string),
    debugSuffix:
      texts.logging_debug_format_suffix === '' ? null : parsePercentFormat(` ${texts.logging_debug_format_suffix}`),
    exceptionPrefix: parsePercentFormat(texts.logging_exception_prefix),
    identity: parsePercentFormat(texts.logging_user_identity_format),
    instance: parsePercentFormat(texts.instance_format),
    instanceUuid: parsePercentFormat(texts.instance_uuid_format),
    placesSummary: {
      context: places(texts.logging_context_format_string),
      plain: places(texts.logging_default_format_string),
    },
  }
}

type Texts = { -readonly [Name in keyof typeof textDefaults]: string }

function given(settings: LogSettings): Partial<Texts> {
  const texts: Partial<Texts> = {}
  for (const name of Object.keys(textDefaults) as (keyof Texts)[]) {
    const value = settings[name]
    if (typeof value === 'string') texts[name] = value
  }
  return texts
}

function renderLine(line: Line, formats: Formats, isColoured: boolean): string {
  const fields = fieldsOf(line, formats, isColoured)
  const hasContext = Boolean(line.request_id)
  const parts = [(hasContext ? formats.context : formats.plain)(fields)]
  const summary = summaryOf(line)
  const isPlaced = hasContext ? formats.placesSummary.context : formats.placesSummary.plain
  if (summary !== '' && !isPlaced) parts.push(`: ${summary}`)
  if (line.level === 'debug' && formats.debugSuffix) parts.push(formats.debugSuffix(fields))
  const prefix = formats.exceptionPrefix
  for (const text of stackOf(line)) parts.push(`\n${prefix(fields)}${text}`)
  return parts.join('')
}

function fieldsOf(line: Line, formats: Formats, isColoured: boolean): Fields {
  const level = levels[line.level as Level] ?? levels.info
  const time = new Date(String(line.time))
  const path = typeof line.pathname === 'string' ? line.pathname : null
  const own: Record<string, () => unknown> = {
    asctime: () => strftime(formats.date, time),
    msecs: () => time.getMilliseconds(),
    created: () => time.getTime() / 1000,
    isotime: () => isoTime(time),
    levelname: () => level.name,
    levelno: () => level.number,
    name: () => line.logger ?? line.name,
    message: () => line.msg ?? '',
    process: () => line.pid,
    processName: () => line.name,
    filename: () => path && basename(path),
    module: () => path && basename(path, extname(path)),
    instance: () => instanceOf(line, formats),
    user_identity: () => formats.identity((name) => present(line[name])),
    error_summary: () => summaryOf(line),
    color: () => (isColoured ? level.colour : ''),
    reset_color: () => (isColoured ? resetColour : ''),
  }
  return (name) => {
    const value = Object.hasOwn(own, name) ? own[name]?.() : line[name]
    return emptyFields.has(name) ? (value ?? '') : present(value)
  }
}

function present(value: unknown): unknown {
  if (value === undefined || value === null || value === '') return '-'
  return typeof value === 'object' ? JSON.stringify(value) : value
}

/** Of what the line is about: a record with a uuid, or the uuid alone. */
function instanceOf({ instance, instance_uuid: uuid, resource_uuid: resource }: Line, formats: Formats): string {
  if (typeof instance === 'object' && instance !== null) {
    return formats.instance((name) => present((instance as Line)[name]))
  }
  if (typeof instance === 'string' && instance !== '') return instance
  const id = uuid ?? resource
  return id === undefined || id === null || id === '' ? '' : formats.instanceUuid(() => id)
}

/** From WARNING up, `TypeError: x is not a function`. */
function summaryOf(line: Line): string {
  const { err, level } = line
  if (typeof err !== 'object' || err === null || (levels[level as Level]?.number ?? 0) < 30) return ''
  const { type, message } = err as Line
  return [type, message].filter((part) => typeof part === 'string' && part !== '').join(': ')
}

function stackOf({ err }: Line): string[] {
  const stack = typeof err === 'object' && err !== null ? (err as Line).stack : undefined
  return typeof stack === 'string' ? stack.split('\n') : []
}
