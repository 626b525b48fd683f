// What the system says when an address cannot be had, as a diagnostic for operators. Used by the
// master (bind) and by workers (listen, which may still find the address in use).
import { dirname } from 'node:path'
import { SlipwayError } from '../errors.ts'
import { type ListenRequest, renderAddress } from './address.ts'
import { findHolder, renderHolder } from './port-holder.ts'

/** `ip` is what the host of a TCP address was resolved to. */
export function bindFailure(
  request: ListenRequest,
  cause: NodeJS.ErrnoException,
  ip: string | null = null,
): SlipwayError {
  const { address, where } = request
  const what = `cannot listen on "${renderAddress(address)}"`
  const from = where === null && request.origin !== null ? ` (set by ${request.origin})` : ''
  switch (cause.code) {
    case 'EADDRINUSE': {
      const holder = findHolder(address.kind === 'tcp' && ip !== null ? { ...address, host: ip } : address)
      const by = holder === null ? 'the address is in use' : `the address is in use by ${renderHolder(holder)}`
      return new SlipwayError('SLIPWAY_LAUNCH_PORT_IN_USE', `${what}${from}: ${by}`, {
        where,
        hint:
          holder === null
            ? 'look for its holder as root: ss -lptn'
            : `end it (kill ${holder.pid}), or set another address in "listen"`,
        original: '[Errno 98] Address already in use',
        cause,
      })
    }
    case 'EACCES':
    case 'EPERM':
      return new SlipwayError('SLIPWAY_LAUNCH_BIND_PERMISSION', `${what}${from}: this user may not`, {
        where,
        hint: permissionHint(request),
        original: '[Errno 13] Permission denied',
        cause,
      })
    case undefined:
    default:
      return new SlipwayError('SLIPWAY_LAUNCH_BIND', `${what}${from}: ${reason(request, cause)}`, { where, cause })
  }
}

function permissionHint({ address }: ListenRequest): string {
  if (address.kind === 'unix') return `look at the permissions of its folder: ls -ld "${dirname(address.path)}"`
  return 'ports below net.ipv4.ip_unprivileged_port_start need the capability CAP_NET_BIND_SERVICE'
}

function reason({ address }: ListenRequest, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRNOTAVAIL') return 'no interface of this machine has that address'
  if (code === 'EAFNOSUPPORT') return 'this machine has no IPv6'
  if (code === 'ENOTFOUND' && address.kind === 'tcp') return `the name "${address.host}" has no address`
  if (code === 'EAI_AGAIN' && address.kind === 'tcp') return `no name server answers for "${address.host}"`
  if (code === 'ENOENT' && address.kind === 'unix') return 'its folder does not exist'
  return message
}
