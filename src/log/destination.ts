// Where the lines of a process go and in which form, from the options: a file, standard output or
// standard error, a syslog. Every one of them takes a line synchronously.
import { fstatSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isatty } from 'node:tty'
import type { DestinationStream } from 'pino'
import { LineWriter } from './line-writer.ts'
import { type FileOwner, openLogFile } from './log-file.ts'
import type { LogSettings } from './options.ts'
import { facilityNumber, levelOfLine, severityOf } from './priorities.ts'
import { rotationRule } from './rotation-rule.ts'
import { parseSyslogAddress } from './syslog-address.ts'

export interface LoggerSetup {
  /** The program, in every line. */
  readonly name: string
  /** In place of standard output, standard error and the log file. */
  readonly stream?: (DestinationStream & { readonly isTTY?: boolean }) | undefined
  /** This process renames the log file as log_rotation_type says: the one that launches, never a worker. */
  readonly rotates?: boolean | undefined
  /** Whose a log file is that this process makes; its own unless given. Only root can give files away. */
  readonly owner?: FileOwner | null | undefined
  /** Where JOURNAL_STREAM is looked up; the process's own unless given. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
}

/** Takes a line of JSON. */
export type Sink = (json: string) => void

type Render = (json: string) => string

/** @throws SlipwayError SLIPWAY_LOG_FILE, SLIPWAY_CONFIG_VALUE */
export async function openSinks(settings: LogSettings, setup: LoggerSetup): Promise<Sink[]> {
  const { name, stream } = setup
  if (stream) return [through(await formOf(settings, { isTerminal: stream.isTTY ?? false, isFile: false }), stream)]
  const path = pathOf(settings, name)
  const sinks: Sink[] = []
  if (path !== null) {
    const file = openLogFile(path, setup.owner)
    if (setup.rotates) await rotate(settings, path)
    sinks.push(through(await formOf(settings, { isTerminal: false, isFile: true }), file))
  }
  if (settings.use_stderr) sinks.push(await standard(2, settings, setup))
  // As oslo.log has it: with none of the others, and for the journal, standard output.
  if (sinks.length === 0 || (settings.use_journal && !settings.use_stderr)) {
    sinks.push(await standard(1, settings, setup))
  }
  if (settings.use_syslog) sinks.push(await syslog(settings, name))
  return sinks
}

/** Whether lines of text are wanted, in the form that the options give. */
export function isText({ log_format: format, use_json: isJson }: LogSettings): boolean {
  return format === 'text' && !isJson
}

function through(render: Render | null, to: { write(line: string): void }): Sink {
  if (render === null) return (json) => to.write(json)
  return (json) => to.write(render(json))
}

interface Place {
  readonly isTerminal: boolean
  readonly isFile: boolean
}

/** Null for JSON as it is. */
async function formOf(settings: LogSettings, { isTerminal, isFile }: Place): Promise<Render | null> {
  if (isText(settings)) {
    const { textRenderer } = await import('./text-line.ts')
    return textRenderer(settings, { isColoured: !isFile && (settings.log_color ?? false) })
  }
  const isJson = settings.use_json || settings.log_format === 'json' || !isTerminal
  return isJson ? null : await pretty(settings)
}

/** Lines for people. pino-pretty's own stream would write later; its formatter alone keeps the order of writes. */
async function pretty(settings: LogSettings): Promise<Render> {
  const { prettyFactory } = await import('pino-pretty')
  const render = prettyFactory({
    ...(settings.log_color ? { colorize: true } : {}),
    translateTime: 'SYS:HH:MM:ss.l',
    messageFormat: '{if logger}{logger}: {end}{if request_id}[{request_id}] {end}{msg}',
    ignore: 'pid,name,logger,request_id',
  })
  return (json) => render(json) ?? ''
}

async function standard(fd: 1 | 2, settings: LogSettings, { env = process.env }: LoggerSetup): Promise<Sink> {
  const writer = new LineWriter(fd, fd === 1 ? 'standard output' : 'standard error')
  const isJournal = settings.use_journal || isJournalStream(fd, env.JOURNAL_STREAM)
  const render = await formOf(settings, { isTerminal: isatty(fd) && !isJournal, isFile: false })
  if (!isJournal) return through(render, writer)
  return (json) => {
    const prefix = `<${severityOf(levelOfLine(json))}>`
    const text = render ? render(json) : json
    // journald makes an entry of each line: all of a stack get the priority.
    writer.write(prefix + text.replaceAll(/\n(?!$)/gu, `\n${prefix}`))
  }
}

/** systemd names the device and the inode of the stream that it gave to journald: a redirected one is another. */
function isJournalStream(fd: number, variable: string | undefined): boolean {
  const [, device, inode] = /^(\d+):(\d+)$/u.exec(variable ?? '') ?? []
  if (device === undefined || inode === undefined) return false
  const { dev, ino } = fstatSync(fd, { bigint: true })
  return dev === BigInt(device) && ino === BigInt(inode)
}

async function syslog(settings: LogSettings, name: string): Promise<Sink> {
  const address = parseSyslogAddress(settings.syslog_address ?? 'udp://127.0.0.1:514')
  if (address === null) throw new TypeError(`${settings.syslog_address} is no address of a syslog`)
  const { openSyslog } = await import('./syslog.ts')
  const render = await formOf(settings, { isTerminal: false, isFile: true })
  const facility = facilityNumber(settings.syslog_log_facility ?? 'LOG_USER')
  return await openSyslog(address, { name: basename(name), facility, render: render ?? ((json) => json) })
}

async function rotate(settings: LogSettings, path: string): Promise<void> {
  const rule = rotationRule(settings)
  if (rule === null) return
  const { Rotation } = await import('./rotation.ts')
  openLogFile(path).rotateBy(new Rotation(rule, settings.max_logfile_count ?? 30, statSync(path).mtime))
}

/** oslo.log's rule: the file joined to the folder; the folder alone means a file named after the command. */
function pathOf({ log_file: file, log_dir: folder }: LogSettings, name: string): string | null {
  if (file) return folder ? join(folder, file) : file
  return folder ? join(folder, `${basename(name)}.log`) : null
}
