// Names that say that their value is a secret: for places where no declaration tells. Pure.

const secretName =
  /(?:password|passwd|passphrase|admin_?pass|secret|token|credentials?|(?:api|private|access|encryption)[-_]?keys?)$/iu

/** Whether the value of a key of this name must not be shown. */
export function isSecretName(name: string): boolean {
  return secretName.test(name)
}
