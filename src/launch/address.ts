// Where a service listens: the text of one `listen` value, parsed and shown again. Pure; nothing is
// resolved or bound here (master/bind.ts does both), nor are users looked up.
import { isIPv6 } from 'node:net'
import { SlipwayError, type Where } from '../errors.ts'

export interface TcpAddress {
  readonly kind: 'tcp'
  /** A name or an IP address, without brackets. */
  readonly host: string
  readonly port: number
  /** Plain although the service speaks TLS: `?tls=off`. */
  readonly tls?: 'off'
}

export interface UnixAddress {
  readonly kind: 'unix'
  readonly path: string
  /** Permission bits of the socket file; null leaves what the umask gives. */
  readonly mode: number | null
  /** A user's name or number; null for whoever binds it. */
  readonly owner: string | null
  readonly group: string | null
}

/** A socket that another program has opened for this one (LISTEN_FDS). */
export interface InheritedAddress {
  readonly kind: 'fd'
  /** The number of its descriptor, or its name (LISTEN_FDNAMES), which several may have. */
  readonly name: string
}

export type ListenAddress = TcpAddress | UnixAddress | InheritedAddress

/** An address and who asked for it, for messages. Plain data: it travels to the workers. */
export interface ListenRequest {
  readonly address: ListenAddress
  /** The place in a configuration file. */
  readonly where: Where | null
  /** In words: `etc/service.conf:12`, `--listen`; null when a program gave it. */
  readonly origin: string | null
  /** Another program (systemd) holds the socket too: what waits in its queue when this one ends is not lost. */
  readonly isHeldOutside?: boolean
  /** Whether it is to speak TLS, if it is TCP; decided when the service is planned. */
  readonly isTls?: boolean
}

const expected = '"host:port", "[v6 address]:port", "unix:/path?mode=0660" or "fd:name"'

/** What is bound is the path with the pid behind it (master/unix-socket.ts): at most a dot and seven digits. */
const longestSuffix = 8

/** Throws SLIPWAY_LAUNCH_ADDRESS. */
export function parseAddress(text: string, where: Where | null = null): ListenAddress {
  const value = text.trim()
  if (value.startsWith('fd:')) return parseInherited(value, where)
  return value.startsWith('unix:') ? parseUnix(value, where) : parseTcp(value, where)
}

/** Names as sd_listen_fds_with_names(3) has them: printable ASCII without a colon. */
function parseInherited(text: string, where: Where | null): InheritedAddress {
  const name = text.slice('fd:'.length)
  if (/^(?:[0-2]|0\d+)$/.test(name)) throw unusable(text, where, 'inherited sockets are numbered from 3')
  if (!/^[!-9;-~]{1,255}$/.test(name)) throw unusable(text, where, 'the number or the name of an inherited socket')
  return { kind: 'fd', name }
}

function parseTcp(text: string, where: Where | null): TcpAddress {
  const match = /^(?:\[(?<v6>[^\]]*)\]|(?<host>[^:/?#\s[\]]+)):(?<port>\d+)(?:\?(?<query>.*))?$/.exec(text)
  const { v6, host, port = '', query } = match?.groups ?? {}
  if (!match) throw unusable(text, where, hintFor(text))
  if (v6 !== undefined && !isIPv6(v6)) throw unusable(text, where, `"${v6}" is not an IPv6 address`)
  if (Number(port) > 65_535) throw unusable(text, where, 'a port is a number from 0 to 65535')
  const address = { kind: 'tcp', host: v6 ?? host ?? '', port: Number(port) } as const
  if (query === undefined) return address
  if (query !== 'tls=off') throw unusable(text, where, 'it has one setting: "?tls=off", for an address without TLS')
  return { ...address, tls: 'off' }
}

function parseUnix(text: string, where: Where | null): UnixAddress {
  const [path = '', query, ...rest] = text.slice('unix:'.length).split('?')
  if (!path.startsWith('/')) throw unusable(text, where, 'the path of a unix socket starts with "/"')
  // sockaddr_un holds 108 bytes, the last of them a zero; the kernel would cut a longer path silently in other tools.
  const longest = 107 - longestSuffix
  if (Buffer.byteLength(path) > longest) {
    throw unusable(text, where, `the path of a unix socket has at most ${longest} bytes`)
  }
  const settings = rest.length > 0 ? null : unixSettings(query)
  if (settings === null) throw unusable(text, where, unixHint)
  return { kind: 'unix', path, ...settings }
}

const unixHint = 'its settings are mode, in octal, owner and group: "?mode=0660&group=www-data"'

type UnixSettings = Omit<UnixAddress, 'kind' | 'path'>

const unixSetting = /^(?:mode=(?<mode>0?[0-7]{3})|owner=(?<owner>[^&=\s]+)|group=(?<group>[^&=\s]+))$/

/** Null when it cannot be read; each setting stands once. */
function unixSettings(query: string | undefined): UnixSettings | null {
  const found = new Map<string, string>()
  for (const part of query?.split('&') ?? []) {
    const given = Object.entries(unixSetting.exec(part)?.groups ?? {}).find(([, value]) => value !== undefined)
    if (!given || found.has(given[0])) return null
    found.set(given[0], given[1])
  }
  const mode = found.get('mode')
  return {
    mode: mode === undefined ? null : Number.parseInt(mode, 8),
    owner: found.get('owner') ?? null,
    group: found.get('group') ?? null,
  }
}

function hintFor(text: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return 'write the address alone, without a scheme and a path'
  if (isUnbracketed(text)) return 'an IPv6 address stands in brackets: "[::1]:8774"'
  if (/^:?\d+$/.test(text)) return hostMissing(text.replace(':', ''))
  if (/^[^:\s]+$/.test(text)) return `the port is missing: "${text}:8774"`
  return undefined
}

function hostMissing(port: string): string {
  return `the host is missing: "127.0.0.1:${port}" serves this machine only, "[::]:${port}" every other too`
}

function isUnbracketed(text: string): boolean {
  return isIPv6(text) || /^[0-9a-f:]*:[0-9a-f:]*:\d+$/i.test(text)
}

function unusable(text: string, where: Where | null, hint: string | undefined): SlipwayError {
  return new SlipwayError('SLIPWAY_LAUNCH_ADDRESS', `cannot listen on "${text}": it is not an address`, {
    where,
    expected,
    hint,
  })
}

/** The text that `parseAddress` reads back to the same address. */
export function renderAddress(address: ListenAddress): string {
  switch (address.kind) {
    case 'tcp':
      return `${authorityOf(address)}${address.tls === 'off' ? '?tls=off' : ''}`
    case 'unix':
      return `unix:${address.path}${renderSettings(address)}`
    case 'fd':
      return `fd:${address.name}`
  }
}

function authorityOf({ host, port }: TcpAddress): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`
}

function renderSettings({ mode, owner, group }: UnixAddress): string {
  const settings = [
    mode === null ? [] : `mode=${mode.toString(8).padStart(4, '0')}`,
    owner === null ? [] : `owner=${owner}`,
    group === null ? [] : `group=${group}`,
  ].flat()
  return settings.length === 0 ? '' : `?${settings.join('&')}`
}

/** Two texts of one key ask for the same place, whatever is spoken there; a socket file has one mode and one owner at a time. */
export function addressKey(address: ListenAddress): string {
  switch (address.kind) {
    case 'tcp':
      return authorityOf(address)
    case 'unix':
      return renderAddress({ ...address, mode: null, owner: null, group: null })
    case 'fd':
      return renderAddress(address)
  }
}

/** Of a socket whose kind cannot be seen from here, too: what was meant to be secret shall not be in the clear. */
export function speaksTls({ address, isTls }: Pick<ListenRequest, 'address' | 'isTls'>): boolean {
  return isTls === true && address.kind !== 'unix'
}

/** What people and clients open: `http://127.0.0.1:8774`, `unix:/run/service.sock`. */
export function addressUrl(request: Pick<ListenRequest, 'address' | 'isTls'>): string {
  const { address } = request
  switch (address.kind) {
    case 'tcp':
      return `${speaksTls(request) ? 'https' : 'http'}://${authorityOf(address)}`
    case 'unix':
      return `unix:${address.path}`
    case 'fd':
      return renderAddress(address)
  }
}
