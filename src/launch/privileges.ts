// From root to the user that the service should run as. Worker processes change before any code of the service is
// loaded, and their master does not: it binds low ports at a reload. A service in the process that was started
// changes that one, when the addresses are bound and the log files open.
import type { Config } from '../config/index.ts'
import { SlipwayError, type Where } from '../errors.ts'
import { findGroup, findUser, type User } from './accounts.ts'
import { launchGroup } from './options.ts'

/** Plain data: it travels to the workers. */
export interface Privileges {
  readonly uid: number
  readonly gid: number
  /** Whose further groups go along; null for none. */
  readonly name: string | null
}

/**
 * Who the service should run as, by the options user and group; null when that is who runs it now.
 * @throws SlipwayError SLIPWAY_LAUNCH_ACCOUNT, SLIPWAY_LAUNCH_PRIVILEGES when this user may not change
 */
export function privilegesOf(config: Config): Privileges | null {
  const { user, group } = config.get(launchGroup)
  if (user === null && group === null) return null
  const system = requireUsers(config.origin('user').where)
  const [euid, egid] = [system.geteuid(), system.getegid()]
  const wanted = user === null ? null : findUser(user, { where: config.origin('user').where, what: 'the option user' })
  const uid = wanted?.uid ?? euid
  const gid = groupOf(config, wanted) ?? egid
  const isUser = uid !== euid
  if (!isUser && (gid === egid || group === null)) return null
  if (euid === 0) return { uid, gid, name: wanted?.name ?? null }
  throw new SlipwayError(
    'SLIPWAY_LAUNCH_PRIVILEGES',
    isUser
      ? `cannot run as user "${user}": only root can become another user, and this is uid ${euid}`
      : `cannot run with group "${group}": only root can change it, and this is uid ${euid}`,
    {
      where: config.origin(isUser ? 'user' : 'group').where,
      hint: 'start the service as root, or as that user and without the option; a unit of systemd has User= and Group=',
    },
  )
}

function groupOf(config: Config, user: User | null): number | null {
  const { group } = config.get(launchGroup)
  const { where } = config.origin('group')
  if (group !== null) return findGroup(group, { where, what: 'the option group' })
  if (user === null || user.gid !== null) return user?.gid ?? null
  throw new SlipwayError('SLIPWAY_LAUNCH_ACCOUNT', `user ${user.uid} has no name, so its group is not known`, {
    where: config.origin('user').where,
    hint: 'set the option group, too',
  })
}

/**
 * Changes this process for good, and makes sure of it.
 * @throws SlipwayError SLIPWAY_LAUNCH_PRIVILEGES when it has kept anything of before; nothing of the service may run then
 */
export function dropPrivileges({ uid, gid, name }: Privileges): void {
  const system = requireUsers(null)
  try {
    // The user last: without root none of the others may be changed.
    if (name === null) system.setgroups([gid])
    else system.initgroups(name, gid)
    system.setgid(gid)
    system.setuid(uid)
  } catch (cause) {
    throw kept((cause as Error).message, cause)
  }
  requireDropped(system, uid, gid)
}

function requireDropped(system: Users, uid: number, gid: number): void {
  const now = { uid: system.getuid(), euid: system.geteuid(), gid: system.getgid(), egid: system.getegid() }
  if (now.uid !== uid || now.euid !== uid || now.gid !== gid || now.egid !== gid) {
    throw kept(`it has ${JSON.stringify(now)} after a change to uid ${uid} and gid ${gid}`)
  }
  if (uid === 0) return
  try {
    system.setuid(0)
  } catch {
    // As it must be.
    return
  }
  throw kept('it can become root again')
}

function kept(why: string, cause?: unknown): SlipwayError {
  return new SlipwayError('SLIPWAY_LAUNCH_PRIVILEGES', `the process does not give up its privileges: ${why}`, { cause })
}

/** What a system with users of this kind has. */
interface Users {
  getuid(): number
  geteuid(): number
  getgid(): number
  getegid(): number
  setuid(uid: number): void
  setgid(gid: number): void
  setgroups(groups: readonly number[]): void
  initgroups(user: string, extra: number): void
}

function requireUsers(where: Where | null): Users {
  if (process.setuid !== undefined) return process as unknown as Users
  throw new SlipwayError('SLIPWAY_LAUNCH_PRIVILEGES', 'this system cannot change the user of a process', {
    where,
    hint: 'take the options user and group out',
  })
}

/** What the service makes from here on lacks these permissions; null changes nothing. */
export function applyUmask(config: Config): void {
  const { umask } = config.get(launchGroup)
  if (umask !== null) process.umask(Number.parseInt(umask.replace('o', ''), 8))
}
