// What the options of a configuration say of secrets: the names of those that are secret, and their
// values, which are masked wherever they turn up in a line: in a message, in the text of an error.
import type { Config } from '../config/index.ts'

/** Shorter values would mask ordinary words. */
const shortest = 8

const masked = '****'

export class ConfigSecrets {
  readonly #names = new Set<string>()
  readonly #values = new Set<string>()
  #pattern: RegExp | null = null

  /** Of the secret options, wherever in a line a field is called so. */
  get names(): ReadonlySet<string> {
    return this.#names
  }

  /** Takes in the secret options that the configuration knows by now. What was secret once stays so. */
  learn(conf: Config): void {
    for (const { group, name, secret } of conf.entries()) {
      if (!secret) continue
      this.#names.add(name)
      for (const value of textsIn(conf.value(`${group}.${name}`))) this.#values.add(value)
    }
    const texts = [...this.#values].flatMap((value) => [value, JSON.stringify(value).slice(1, -1)])
    // The longest first: a URL before the password in it.
    const patterns = [...new Set(texts)].toSorted((a, b) => b.length - a.length).map(escaped)
    this.#pattern = patterns.length === 0 ? null : new RegExp(patterns.join('|'), 'gu')
  }

  /** The line without the values of secret options. */
  mask(line: string): string {
    return this.#pattern === null ? line : line.replace(this.#pattern, masked)
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value, ...passwordIn(value)].filter((text) => text.length >= shortest)
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}

/** `rabbit://user:password@host`: a client's error often tells the password alone. */
function passwordIn(text: string): string[] {
  const [, password] = /^[a-z][a-z\d+.-]*:\/\/[^/?#:@]*:([^/?#]*)@/iu.exec(text) ?? []
  return password === undefined ? [] : [password]
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`)
}
