// Names of settings, fields and headers that say that their value is a secret: for places where no
// declaration tells. Pure.

const secretName =
  /(?:password|passwd|passphrase|admin_?pass|secret|token|credentials?|(?:api|private|access|encryption|hmac)[-_]?keys?|authorization|cookie)$/iu

/** Whether the value of a key of this name must not be shown. */
export function isSecretName(name: string): boolean {
  return secretName.test(name)
}
