import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LogSettings } from '../../src/log/index.ts'
import { textRenderer, wantsCaller } from '../../src/log/text-line.ts'

interface Case {
  readonly case: string
  readonly conf: LogSettings
  readonly record: Readonly<Record<string, unknown>>
  readonly context: Readonly<Record<string, unknown>> | null
  /** What oslo.log's ContextFormatter made of it. */
  readonly text: string
}

const file = new URL('oslo-log-cases.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly Case[] }

/** Where a line is not what oslo.log writes: see docs/logging.md. */
const departures: Readonly<Record<string, string>> = {
  'context without global id': '2015-12-16 13:54:26.007 42 INFO nova.compute [- req-1 - - - - - -] hello',
  'instance of the context':
    '2015-12-16 13:54:26.007 42 INFO nova.compute [req-0 req-1 u1 p1 - - - -] [instance: i-9] hello',
}

const levels: Readonly<Record<string, string>> = { CRITICAL: 'fatal', WARNING: 'warn' }

/** The record as our line of JSON has it. */
function lineOf({ record, context }: Case): string {
  const { levelname, created, process, processName, name, err, ...fields } = record
  const level = levels[String(levelname)] ?? String(levelname).toLowerCase()
  return JSON.stringify({
    level,
    time: new Date(Number(created) * 1000).toISOString(),
    pid: process,
    name: processName,
    logger: name,
    ...context,
    ...fields,
    ...(err === undefined ? {} : { err: { type: 'TypeError', message: err, stack: `TypeError: ${err as string}` } }),
  })
}

/** Python prints a traceback with a newline at its end, and oslo.log prefixes the nothing behind it. */
function expected({ record, text }: Case): string {
  return record.err === undefined ? text : text.slice(0, text.lastIndexOf('\n'))
}

let zone: string | undefined
beforeAll(() => {
  zone = process.env.TZ
  process.env.TZ = 'UTC'
})
afterAll(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

describe('a line of text is the one that oslo.log writes', () => {
  test.each(cases.map((one) => [one.case, one] as const))('%s', (name, one) => {
    const text = textRenderer(one.conf, { isColoured: false })(lineOf(one))
    expect(text).toBe(`${departures[name] ?? expected(one)}\n`)
  })

  test.each(Object.entries(departures))('%s departs from it', (name, text) => {
    expect(cases.find((one) => one.case === name)?.text).not.toBe(text)
  })
})

describe('a line of text', () => {
  const line = { level: 'info', time: '2015-12-16T13:54:26.007Z', pid: 42, name: 'shop', msg: 'hello' }
  const render = (settings: LogSettings, fields = {}, isColoured = false): string =>
    textRenderer(settings, { isColoured })(JSON.stringify({ ...line, ...fields }))

  test('takes any field of the line or of the context', () => {
    const settings = { logging_default_format_string: '%(shelf)s %(deep)s %(count)04d %(none)s' }
    expect(render(settings, { shelf: 'A', deep: { a: 1 }, count: 7 })).toBe('A {"a":1} 0007 -\n')
  })

  test('is coloured as oslo.log colours it', () => {
    const settings = { logging_default_format_string: '%(color)s%(levelname)s%(reset_color)s %(message)s' }
    expect(render(settings, { level: 'warn' }, true)).toBe('\u001B[01;33mWARNING\u001B[00m hello\u001B[00m\n')
    expect(render(settings, { level: 'warn' })).toBe('WARNING hello\n')
  })

  test('prefixes every line of a stack', () => {
    const err = { type: 'Error', message: 'no', stack: 'Error: no\n    at a (/b.js:1:2)' }
    expect(render({ logging_exception_prefix: '| ' }, { level: 'error', err })).toBe(
      '2015-12-16 13:54:26.007 42 ERROR shop [-] hello: Error: no\n| Error: no\n|     at a (/b.js:1:2)\n',
    )
  })

  test('needs the place in the code only where a format shows it', () => {
    expect(wantsCaller({})).toEqual({ always: false, atDebug: true })
    expect(wantsCaller({ logging_debug_format_suffix: '' })).toEqual({ always: false, atDebug: false })
    expect(wantsCaller({ logging_default_format_string: '%(lineno)d' })).toEqual({ always: true, atDebug: true })
  })
})
