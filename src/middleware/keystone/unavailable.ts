// The error of all that goes wrong with Keystone itself.

/** Keystone cannot be asked, or does not let us ask: no fault of the client whose token it is. */
export class KeystoneUnavailable extends Error {
  override readonly name = 'KeystoneUnavailable'
}
