// The sockets that this process was started with: who asks for one by number, by name or by its address gets it; what
// nobody asks for is told and closed. Where they come from is in activation.ts and handover.ts. Runs in the master.
import { SlipwayError } from '../../errors.ts'
import { ipAddresses } from '../../lazy-packages.ts'
import type { Logger } from '../../log/index.ts'
import { type InheritedAddress, type ListenAddress, type ListenRequest, renderAddress } from '../address.ts'
import type { BoundSocket } from './bound-socket.ts'
import type { SocketFile } from './unix-socket.ts'

export interface InheritedSocket {
  /** What `fd:3` means; null for one that the master before had bound itself. */
  readonly number: number | null
  /** What `fd:api` means; null when it has none. */
  readonly name: string | null
  /** Where it is bound; `fd:3` when that cannot be seen from here (another network namespace). */
  readonly address: ListenAddress
  /** Of the address that the master before had bound it for. */
  readonly key: string | null
  readonly isHeldOutside: boolean
  readonly socket: BoundSocket
  /** Its file, when that is ours to remove. */
  readonly file: SocketFile | null
}

export class InheritedSockets {
  readonly #all: readonly InheritedSocket[]
  readonly #leftAlone: string | null
  readonly #waiting: Set<InheritedSocket>
  #dismissed: ReadonlySet<InheritedSocket> = new Set()

  /** `leftAlone`: that there were others, and why they are not for us. */
  constructor(all: readonly InheritedSocket[], leftAlone: string | null = null) {
    this.#all = all
    this.#leftAlone = leftAlone
    this.#waiting = new Set(all)
  }

  /** What is served when nobody has said what; null when there is nothing. */
  requests(): ListenRequest[] | null {
    const given = this.#all.flatMap(numbered)
    return given.length === 0 ? null : given.map((address) => ({ address, where: null, origin: 'LISTEN_FDS' }))
  }

  /**
   * A request for each socket of a name; any other request as it is.
   * @throws SlipwayError SLIPWAY_LAUNCH_ACTIVATION when there is none
   */
  expand(request: ListenRequest): ListenRequest[] {
    const { address } = request
    if (address.kind !== 'fd') return [request]
    const found = this.#all.filter((one) => one.name === address.name || String(one.number) === address.name)
    if (found.length === 0) throw this.#missing(request, address)
    return found.flatMap(numbered).map((one) => ({ ...request, address: one }))
  }

  /** The socket that was bound for a key by the master before, or is bound to an address. Once. */
  take(key: string, address: ListenAddress): InheritedSocket | null {
    const all = [...this.#waiting]
    const found = all.find((one) => one.key === key) ?? all.find((one) => answers(one, address))
    if (found === undefined) return null
    this.#waiting.delete(found)
    return found
  }

  /** Closes what nobody has taken. */
  dismiss(log: Logger): void {
    if (this.#leftAlone !== null) log.warn(this.#leftAlone)
    for (const one of this.#waiting) {
      log.warn(
        `nobody asks for the inherited socket ${titleOf(one)}: closed. "listen" would take it as fd:${one.number}`,
      )
      one.socket.close()
      one.file?.remove()
    }
    this.#dismissed = new Set(this.#waiting)
    this.#waiting.clear()
  }

  /** The keys, in the words of the master before, of those that are served. */
  get takenKeys(): string[] {
    return this.#all.filter((one) => !this.#dismissed.has(one)).flatMap(({ key }) => key ?? [])
  }

  /** Number and name of one of them, for the next master. */
  identify(socket: BoundSocket): Pick<InheritedSocket, 'number' | 'name'> {
    const { number = null, name = null } = this.#all.find((one) => one.socket === socket) ?? {}
    return { number, name }
  }

  #missing({ where }: ListenRequest, { name }: InheritedAddress): SlipwayError {
    const given = this.#all.filter(({ number }) => number !== null)
    const names = given.flatMap((one) => [`fd:${one.number}`, ...(one.name === null ? [] : [`fd:${one.name}`])])
    return new SlipwayError(
      'SLIPWAY_LAUNCH_ACTIVATION',
      `cannot listen on "fd:${name}": no such socket was inherited`,
      {
        where,
        found: given.length === 0 ? 'no LISTEN_FDS for this process' : undefined,
        alternatives: [...new Set(names)],
        hint: 'start the service by its .socket unit (systemctl start NAME.socket), whose FileDescriptorName= gives the name',
      },
    )
  }
}

export const noneInherited = new InheritedSockets([])

/** `3 "api" (127.0.0.1:8774)`. */
function titleOf({ number, name, address }: InheritedSocket): string {
  const place = address.kind === 'fd' ? '' : ` (${renderAddress(address)})`
  return `${number}${name === null ? '' : ` "${name}"`}${place}`
}

function numbered({ number }: InheritedSocket): InheritedAddress[] {
  return number === null ? [] : [{ kind: 'fd', name: String(number) }]
}

/** The host of a TCP address must be an IP address here. */
function answers({ address, number }: InheritedSocket, wanted: ListenAddress): boolean {
  switch (wanted.kind) {
    case 'fd':
      return wanted.name === String(number)
    case 'unix':
      return address.kind === 'unix' && address.path === wanted.path
    case 'tcp':
      return address.kind === 'tcp' && address.port === wanted.port && isSameIp(address.host, wanted.host)
  }
}

function isSameIp(one: string, other: string): boolean {
  const { parse } = ipAddresses()
  return parse(one).toNormalizedString() === parse(other).toNormalizedString()
}
