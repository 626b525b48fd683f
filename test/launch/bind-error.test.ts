import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../src/launch/address.ts'
import { bindFailure } from '../../src/launch/bind-error.ts'

function failure(text: string, code: string, origin: string | null = null) {
  const cause = Object.assign(new Error(`bind ${code}`), { code, syscall: 'bind' })
  return bindFailure({ address: parseAddress(text), where: null, origin }, cause, '192.0.2.1')
}

describe('bindFailure', () => {
  it.each([
    ['a.test:80', 'EACCES', 'SLIPWAY_LAUNCH_BIND_PERMISSION', 77, 'this user may not'],
    ['unix:/run/x/a.sock', 'EACCES', 'SLIPWAY_LAUNCH_BIND_PERMISSION', 77, 'this user may not'],
    ['a.test:80', 'EADDRNOTAVAIL', 'SLIPWAY_LAUNCH_BIND', 69, 'no interface of this machine has that address'],
    ['a.test:80', 'ENOTFOUND', 'SLIPWAY_LAUNCH_BIND', 69, 'the name "a.test" has no address'],
    ['a.test:80', 'EAI_AGAIN', 'SLIPWAY_LAUNCH_BIND', 69, 'no name server answers for "a.test"'],
    ['[::1]:80', 'EAFNOSUPPORT', 'SLIPWAY_LAUNCH_BIND', 69, 'this machine has no IPv6'],
    ['unix:/run/x/a.sock', 'ENOENT', 'SLIPWAY_LAUNCH_BIND', 69, 'its folder does not exist'],
    ['a.test:80', 'EMFILE', 'SLIPWAY_LAUNCH_BIND', 69, 'bind EMFILE'],
    ['a.test:80', 'EADDRINUSE', 'SLIPWAY_LAUNCH_PORT_IN_USE', 69, 'the address is in use'],
  ])('says of %s and %s: %s, status %i', (text, code, expected, exitCode, reason) => {
    expect(failure(text, code)).toMatchObject({
      code: expected,
      exitCode,
      message: `cannot listen on "${text}": ${reason}`,
    })
  })

  it('names the flag or variable that set the address, when no file did', () => {
    expect(failure('a.test:80', 'EACCES', '--listen').message).toBe(
      'cannot listen on "a.test:80" (set by --listen): this user may not',
    )
  })
})
