// How secrets are shown: not at all. One spelling for listings, messages, dumps and change reports.

export const masked = '****'

/** The words of a command line with the values of secret flags masked, however they were joined to their flag. */
export function maskedWords(argv: readonly string[], secrets: readonly string[]): string[] {
  const telling = secrets.filter((secret) => secret !== '')
  return argv.map((word) => {
    const secret = telling.find(
      (one) => word === one || word.endsWith(`=${one}`) || /^-[A-Za-z]$/u.test(before(word, one)),
    )
    return secret === undefined ? word : `${word.slice(0, word.length - secret.length)}${masked}`
  })
}

/** What stands before the secret in a word that ends in it. */
function before(word: string, secret: string): string {
  return word.endsWith(secret) ? word.slice(0, word.length - secret.length) : ''
}
