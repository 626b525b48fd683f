// What syslog and the journal call a level and a sender: severities and facilities of RFC 5424.
// Pure.
import type { Level } from './levels.ts'

const severities: Readonly<Record<Level, number>> = {
  fatal: 2,
  error: 3,
  warn: 4,
  info: 6,
  debug: 7,
  trace: 7,
  silent: 7,
}

const facilities: ReadonlyMap<string, number> = new Map(
  ['KERN', 'USER', 'MAIL', 'DAEMON', 'AUTH', 'SYSLOG', 'LPR', 'NEWS', 'UUCP', 'CRON', 'AUTHPRIV', 'FTP']
    .map((name, number): [string, number] => [name, number])
    .concat([0, 1, 2, 3, 4, 5, 6, 7].map((number) => [`LOCAL${number}`, 16 + number])),
)

/** What an operator may write, with or without `LOG_`, in any case. */
export const facilityPattern = new RegExp(`^(?:LOG_)?(?:${[...facilities.keys()].join('|')})$`, 'u')

/** USER for a name that is none, which a checked configuration does not hold. */
export function facilityNumber(name: string): number {
  return facilities.get(name.toUpperCase().replace(/^LOG_/u, '')) ?? 1
}

export function severityOf(level: Level): number {
  return severities[level]
}

/** The level of a line of JSON; every one begins with it, because pino writes it first. */
export function levelOfLine(line: string): Level {
  const start = '{"level":"'.length
  const level = line.slice(start, line.indexOf('"', start))
  return Object.hasOwn(severities, level) ? (level as Level) : 'info'
}
