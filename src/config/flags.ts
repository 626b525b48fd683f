// The flags of one command: declared options → commander's, and every occurrence back as it was given.
// Knows no files and no errors of usage but a flag without its value.
import type * as Commander from 'commander'
import { SlipwayError } from '../errors.ts'
import { helpOf } from './help.ts'
import { itemOf } from './kinds.ts'
import { flagName, splitName } from './names.ts'
import type { Option } from './option.ts'
import type { Registered } from './registry.ts'

/** One occurrence on the command line. */
export type Given =
  | { readonly kind: 'config-file' | 'config-dir'; readonly path: string }
  | { readonly kind: 'strict-config' }
  | {
      readonly kind: 'flag'
      readonly key: string
      readonly flag: string
      readonly value: string
      readonly isOldName: boolean
    }

export interface FlagSetup {
  readonly command: Commander.Command
  readonly newFlag: (flags: string, description: string) => Commander.Option
  /** Called for each occurrence, in order. */
  readonly give: (given: Given) => void
  /** The whole command line: a word of it that starts like a flag is no value. */
  readonly argv: readonly string[]
  readonly needsValue: (flag: string) => SlipwayError
}

interface Flag {
  readonly name: string
  readonly short?: string | undefined
  /** Null takes no value. */
  readonly metavar: string | null
  readonly description: string
  /** Null hides the flag from the help. */
  readonly heading: string | null
  /** Who claims it, as a message says it. */
  readonly owner: string
  readonly take: (value: string) => Given
}

export class FlagSet {
  readonly #setup: FlagSetup
  readonly #flags: Flag[] = []
  readonly #taken = new Map<string, string>()
  /** What a mistyped flag may have meant: no earlier names. */
  readonly #offered: string[] = []

  constructor(setup: FlagSetup) {
    this.#setup = setup
  }

  get offered(): readonly string[] {
    return this.#offered
  }

  has(flag: string): boolean {
    return this.#taken.has(flag)
  }

  /** A flag of the command itself. */
  addOwn(name: string, metavar: string | null, description: string, take: (value: string) => Given): void {
    this.#offered.push(name)
    this.#add({ name, metavar, description, heading: 'Options:', owner: `the flag "${name}"`, take })
  }

  /** Claims a name that commander handles itself. */
  claim(name: string): void {
    this.#claim(name, `the flag "${name}"`)
  }

  /** @param heading null hides it from the help */
  addOption(registered: Registered, heading: string | null): void {
    const { key, group, name, option, fullName } = registered
    const owner = `option "${fullName}"`
    const shown = { heading, description: helpOf(registered), owner, short: option.short }
    const hidden = { ...shown, heading: null, short: undefined }
    // Earlier names are flags too, out of the help's sight.
    const names = [{ group, name, isOldName: false }, ...registered.oldKeys.map((old) => oldName(old))]
    for (const { group, name, isOldName } of names) {
      const flag = flagName(group, name)
      // `api_workers` of DEFAULT and `workers` of `api` are the same flag.
      if (isOldName && this.#taken.get(flag) === owner) continue
      const take = (flag: string, fixed?: string) => (value: string) =>
        ({ kind: 'flag', key, flag, value: fixed ?? value, isOldName }) as const
      const about = isOldName ? hidden : shown
      if (!isOldName) this.#offered.push(flag)
      if (option.kind !== 'bool') {
        this.#add({ ...about, name: flag, metavar: metavarOf(option), take: take(flag) })
        continue
      }
      const negative = flagName(group, name, 'no')
      if (!isOldName) this.#offered.push(negative)
      this.#add({ ...about, name: flag, metavar: null, take: take(flag, 'true') })
      const description = `Not ${flag}`
      this.#add({ ...hidden, description, name: negative, metavar: null, take: take(negative, 'false') })
    }
  }

  /** The flags of the outer command are known behind a command's name as well, unless it has its own of that name. */
  addOuter(outer: FlagSet): void {
    for (const { short, ...flag } of outer.#flags) {
      if (this.#taken.has(flag.name)) continue
      const isFree = short !== undefined && !this.#taken.has(`-${short}`)
      this.#add({ ...flag, heading: null, ...(isFree ? { short } : {}) })
    }
  }

  #add(flag: Flag): void {
    const { name, short, metavar, heading, description } = flag
    this.#claim(name, flag.owner)
    if (short !== undefined) this.#claim(`-${short}`, flag.owner)
    this.#flags.push(flag)
    const letters = short === undefined ? '' : `-${short}, `
    const option = this.#setup.newFlag(`${letters}${name}${metavar === null ? '' : ` <${metavar}>`}`, description)
    if (heading === null) option.hideHelp()
    else option.helpGroup(heading)
    this.#setup.command.addOption(option)
    // Commander's events come in the order of the words, which decides between a file and a flag.
    this.#setup.command.on(`option:${option.name()}`, (value: unknown) => {
      if (metavar !== null) this.#checkValue(name, String(value))
      this.#setup.give(flag.take(String(value)))
    })
  }

  /** The same flag twice would go to one of them by chance. */
  #claim(flag: string, owner: string): void {
    const other = this.#taken.get(flag)
    if (other !== undefined) {
      throw new SlipwayError('SLIPWAY_CONFIG_DECLARATION', `${owner} and ${other} claim the same flag "${flag}"`)
    }
    this.#taken.set(flag, owner)
  }

  /** Commander gives a flag the next word whatever it is; another flag is no value. */
  #checkValue(flag: string, value: string): void {
    const looksLikeFlag = /^-(?![.\d]|$)/u.test(value)
    if (looksLikeFlag && this.#setup.argv.includes(value)) throw this.#setup.needsValue(flag)
  }
}

function metavarOf(option: Option): string {
  return option.metavar ?? (option.kind === 'multi' ? itemOf(option).kind : option.kind)
}

function oldName(key: string): { group: string; name: string; isOldName: boolean } {
  return { ...splitName(key), isOldName: true }
}
