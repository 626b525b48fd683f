// The users of basic_auth: a file of `htpasswd -B`, read when the filter is built and again when it
// changes. A bad edit leaves the users that there were, and says so. Only bcrypt: the other forms that
// Apache knows can be guessed at the speed of the network.
import { stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { isSlipwayError, SlipwayError } from '../errors.ts'
import { readText } from '../ini/index.ts'
import type { Logger } from '../log/index.ts'

/** Users and the bcrypt hashes of their passwords. */
export type Users = ReadonlyMap<string, string>

/** How often a look is taken at the file. */
const lookMs = 1000

/** htpasswd empties the file and writes it anew: it is read when it has been the same for this time. */
const settleMs = 50

/** @throws SlipwayError SLIPWAY_CONFIG_VALUE for a password that is no bcrypt hash */
export function parseHtpasswd(text: string, file: string): Users {
  const users = new Map<string, string>()
  for (const [index, line] of text.split('\n').entries()) {
    const entry = line.trim()
    const colon = entry.indexOf(':')
    if (colon === -1 || entry.startsWith('#')) continue
    const [user, hash] = [entry.slice(0, colon), entry.slice(colon + 1)]
    if (!/^\$2[aby]\$\d\d\$[./\w]{53}$/u.test(hash)) throw notBcrypt(user, file, index + 1)
    // Apache, too, takes the first line of a user.
    if (!users.has(user)) users.set(user, hash)
  }
  return users
}

/** Without the text of the line, which is a secret. */
function notBcrypt(user: string, file: string, line: number): SlipwayError {
  return new SlipwayError('SLIPWAY_CONFIG_VALUE', `the password of "${user}" is no bcrypt hash`, {
    where: { file, line },
    hint: `set it again with: htpasswd -B ${file} ${user}`,
    original: `Only bcrypt digested passwords are supported for ${user}`,
  })
}

export class PasswordFile {
  readonly #file: string
  readonly #log: Pick<Logger, 'info' | 'error'>
  readonly #timer: NodeJS.Timeout
  #users: Users
  /** What the file looked like when it was read last. */
  #seen: string | null = null
  #looking: Promise<void> | null = null
  readonly #settle: () => Promise<unknown>

  /**
   * @param settle what is waited for between two looks that must be alike
   * @throws SlipwayError SLIPWAY_INPUT_MISSING, SLIPWAY_INPUT_UNREADABLE, SLIPWAY_CONFIG_VALUE
   */
  constructor(
    file: string,
    log: Pick<Logger, 'info' | 'error'>,
    settle: () => Promise<unknown> = () => delay(settleMs),
  ) {
    this.#file = file
    this.#log = log
    this.#settle = settle
    this.#users = this.#read()
    // The first look reads once more: what changed between the reading and it would be missed.
    this.#timer = setInterval(() => void this.look(), lookMs).unref()
  }

  get users(): Users {
    return this.#users
  }

  /** Reads the file again if it has changed; two at once are one. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  async #look(): Promise<void> {
    const appearance = await this.#appearance()
    if (appearance === this.#seen) return
    await this.#settle()
    // Somebody is still writing: the next look sees what is there then.
    if ((await this.#appearance()) !== appearance) return
    const isFirst = this.#seen === null
    this.#seen = appearance
    try {
      this.#users = this.#read()
      if (!isFirst) this.#log.info(`${this.#file} has changed: ${this.#users.size} users`)
    } catch (error) {
      if (!isSlipwayError(error)) throw error
      this.#log.error({ err: error }, `${error.message} in ${this.#file}: the users stay as they were`)
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #read(): Users {
    return parseHtpasswd(readText(this.#file, { purpose: 'password file' }), this.#file)
  }

  async #appearance(): Promise<string> {
    try {
      const { ino, size, mtimeMs } = await stat(this.#file)
      return `${ino} ${size} ${mtimeMs}`
    } catch (error) {
      // Gone or forbidden: reading it says which.
      return String(error)
    }
  }
}
