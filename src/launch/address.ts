// Where a service listens: the text of one `listen` value, parsed and shown again. Pure; nothing is
// resolved or bound here (master/bind.ts does both). An inherited socket (LISTEN_FDS) will be a
// third kind of this union.
import { isIPv6 } from 'node:net'
import { SlipwayError, type Where } from '../errors.ts'

export interface TcpAddress {
  readonly kind: 'tcp'
  /** A name or an IP address, without brackets. */
  readonly host: string
  readonly port: number
}

export interface UnixAddress {
  readonly kind: 'unix'
  readonly path: string
  /** Permission bits of the socket file; null leaves what the umask gives. */
  readonly mode: number | null
}

export type ListenAddress = TcpAddress | UnixAddress

/** An address and who asked for it, for messages. Plain data: it travels to the workers. */
export interface ListenRequest {
  readonly address: ListenAddress
  /** The place in a configuration file. */
  readonly where: Where | null
  /** In words: `etc/service.conf:12`, `--listen`; null when a program gave it. */
  readonly origin: string | null
}

const expected = '"host:port", "[v6 address]:port" or "unix:/path?mode=0660"'

/** Throws SLIPWAY_LAUNCH_ADDRESS. */
export function parseAddress(text: string, where: Where | null = null): ListenAddress {
  const value = text.trim()
  return value.startsWith('unix:') ? parseUnix(value, where) : parseTcp(value, where)
}

function parseTcp(text: string, where: Where | null): TcpAddress {
  const match = /^(?:\[(?<v6>[^\]]*)\]|(?<host>[^:/?#\s[\]]+)):(?<port>\d+)$/.exec(text)
  const { v6, host, port = '' } = match?.groups ?? {}
  if (!match) throw unusable(text, where, hintFor(text))
  if (v6 !== undefined && !isIPv6(v6)) throw unusable(text, where, `"${v6}" is not an IPv6 address`)
  if (Number(port) > 65_535) throw unusable(text, where, 'a port is a number from 0 to 65535')
  return { kind: 'tcp', host: v6 ?? host ?? '', port: Number(port) }
}

function parseUnix(text: string, where: Where | null): UnixAddress {
  const [path = '', query, ...rest] = text.slice('unix:'.length).split('?')
  if (!path.startsWith('/')) throw unusable(text, where, 'the path of a unix socket starts with "/"')
  // sockaddr_un holds 108 bytes, the last of them a zero; the kernel would cut a longer path silently in other tools.
  if (Buffer.byteLength(path) > 107) throw unusable(text, where, 'the path of a unix socket has at most 107 bytes')
  if (query === undefined) return { kind: 'unix', path, mode: null }
  const mode = /^mode=(0?[0-7]{3})$/.exec(query)?.[1]
  if (mode === undefined || rest.length > 0) throw unusable(text, where, 'it has one setting: "?mode=0660", in octal')
  return { kind: 'unix', path, mode: Number.parseInt(mode, 8) }
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
  if (address.kind === 'tcp') return `${isIPv6(address.host) ? `[${address.host}]` : address.host}:${address.port}`
  const mode = address.mode === null ? '' : `?mode=${address.mode.toString(8).padStart(4, '0')}`
  return `unix:${address.path}${mode}`
}

/** Two texts of one key ask for the same place; a socket file has one mode at a time. */
export function addressKey(address: ListenAddress): string {
  return renderAddress(address.kind === 'unix' ? { ...address, mode: null } : address)
}

/** What people and clients open: `http://127.0.0.1:8774`, `unix:/run/service.sock`. */
export function addressUrl(address: ListenAddress): string {
  return address.kind === 'tcp' ? `http://${renderAddress(address)}` : `unix:${address.path}`
}
