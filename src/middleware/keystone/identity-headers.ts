// The headers by which auth_token tells the apps inside who asks. A client may send none of them: they
// are taken off every request before anything else is looked at.
import type { IncomingMessage } from 'node:http'
import { removeHeaders } from '../remove-header.ts'

const plain = [
  'x-identity-status',
  'x-service-identity-status',
  'x-service-catalog',
  'x-is-admin-project',
  // keystonemiddleware leaves this one in, and with delay_auth_decision a client's own reaches the app.
  'openstack-system-scope',
]

/** Of the user, and with `x-service-` in place of `x-` of the calling service; older names included. */
const ofIdentity = [
  'role',
  'roles',
  'user',
  'user-id',
  'user-name',
  'user-domain-id',
  'user-domain-name',
  'tenant',
  'tenant-id',
  'tenant-name',
  'project-id',
  'project-name',
  'project-domain-id',
  'project-domain-name',
  'domain-id',
  'domain-name',
]

const identityHeaders: ReadonlySet<string> = new Set([
  ...plain,
  ...ofIdentity.flatMap((name) => [`x-${name}`, `x-service-${name}`]),
])

/**
 * Takes the identity headers off. A name with underscores counts as well: a gateway behind us (CGI, WSGI)
 * could not tell it from the one with dashes.
 */
export function stripIdentity(message: IncomingMessage): void {
  for (const name in message.headers) {
    if (isIdentityHeader(name)) return removeHeaders(message, isIdentityHeader)
  }
}

function isIdentityHeader(name: string): boolean {
  return identityHeaders.has(name) || (name.includes('_') && identityHeaders.has(name.replaceAll('_', '-')))
}

/** Sets a header as if the client had sent it, in all the places where frameworks look. */
export function setHeader(message: IncomingMessage, name: string, value: string): void {
  message.headers[name] = value
  message.rawHeaders.push(name, value)
}
