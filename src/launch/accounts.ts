// Users and groups by name or number, as the options user and group and the settings of unix sockets give them.
// Node knows the current user only, so the files are read, and getent(1) asked for what they lack (LDAP, systemd).
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { closeNames } from '../diagnostic.ts'
import { SlipwayError, type Where } from '../errors.ts'

export interface User {
  /** Null for a number that has no name. */
  readonly name: string | null
  readonly uid: number
  /** Its own group; null when it is not known. */
  readonly gid: number | null
}

/** Who asked, for messages. */
export interface Asker {
  readonly where: Where | null
  /** What names it: `the option user`. */
  readonly what: string
}

type Database = 'passwd' | 'group'

/** Name, password, number, and what the database has besides. */
type Entry = readonly [name: string, number: number, rest: readonly string[]]

/** @throws SlipwayError SLIPWAY_LAUNCH_ACCOUNT */
export function findUser(text: string, asker: Asker): User {
  const entry = find('passwd', text)
  if (entry) return { name: entry[0], uid: entry[1], gid: Number(entry[2][0]) }
  if (isNumber(text)) return { name: null, uid: Number(text), gid: null }
  throw unknown('user', text, asker)
}

/** The number of a group. @throws SlipwayError SLIPWAY_LAUNCH_ACCOUNT */
export function findGroup(text: string, asker: Asker): number {
  if (isNumber(text)) return Number(text)
  const entry = find('group', text)
  if (entry) return entry[1]
  throw unknown('group', text, asker)
}

function find(database: Database, text: string): Entry | undefined {
  const isIt = ([name, number]: Entry): boolean => name === text || (isNumber(text) && number === Number(text))
  return parse(readDatabase(database)).find(isIt) ?? parse(askSystem(database, text)).find(isIt)
}

function isNumber(text: string): boolean {
  return /^\d{1,10}$/.test(text)
}

function parse(text: string): Entry[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , number = '', ...rest] = line.split(':')
    return isNumber(number) ? [[name, Number(number), rest] as const] : []
  })
}

function readDatabase(database: Database): string {
  try {
    return readFileSync(`/etc/${database}`, 'utf8')
  } catch {
    // A system without the file has its users elsewhere: getent knows.
    return ''
  }
}

function askSystem(database: Database, text: string): string {
  if (!/^\w[^\s:]*$/.test(text)) return ''
  try {
    return execFileSync('getent', [database, text], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    // It ends with 2 when there is none; where it is missing the files are all there is.
    return ''
  }
}

function unknown(kind: 'user' | 'group', text: string, { where, what }: Asker): SlipwayError {
  const names = parse(readDatabase(kind === 'user' ? 'passwd' : 'group')).map(([name]) => name)
  return new SlipwayError('SLIPWAY_LAUNCH_ACCOUNT', `there is no ${kind} "${text}", which ${what} names`, {
    where,
    expected: `the name of a ${kind} of this system, or a number`,
    alternatives: closeNames(text, names),
  })
}
