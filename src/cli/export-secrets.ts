// The secrets of configuration files taken out of them, so that the rest can be shown to more people. A secret is what its
// declaration says, what its name says, and a password in a URL. Pure but for the reading of files.
import type { Config } from '../config/index.ts'
import { isSecretName, parseConfigParser, parseOslo, readText } from '../ini/index.ts'

export interface SplitFile {
  readonly file: string
  /** With a comment in the place of each secret. */
  readonly plain: string
  /** The secrets as a configuration file of their own; empty when there are none. */
  readonly secret: string
}

const urlPassword = /:\/\/[^\s/:@]*:[^\s/@]+@/u

/** An old password is one, too. */
const commentedOut = /^\s*[#;]\s*(?<name>[\w-]+)\s*[=:]\s*\S/u

/** @throws SlipwayError SLIPWAY_INPUT_MISSING, SLIPWAY_INI_SYNTAX */
export function splitSecrets(file: string, config: Config): SplitFile {
  const lines = readText(file, { purpose: 'configuration file' }).split('\n')
  const places = secretPlaces(config)
  const groups = new Map<string, string[]>()
  const { entries } = parseOslo(lines.join('\n'), file)
  for (const { group, name, value, where } of entries) {
    if (!isSecretName(name) && !urlPassword.test(value) && !places.has(`${file}:${where.line}`)) continue
    const from = (where.line ?? 1) - 1
    const count = value.split('\n').length
    groups.set(group, [...(groups.get(group) ?? []), ...lines.slice(from, from + count)])
    lines.fill('', from, from + count)
    lines[from] = `# ${name} stands with the secrets`
  }
  for (const [index, line] of lines.entries()) {
    const name = commentedOut.exec(line)?.groups?.name ?? ''
    if (isSecretName(name)) lines[index] = `# ${name} was commented out here`
  }
  const blocks = [...groups].map(([group, secrets]) => `[${group}]\n${secrets.join('\n')}\n`)
  return { file, plain: lines.join('\n'), secret: blocks.join('\n') }
}

/** Whether a deployment file holds what should not be shown; it is not taken apart. */
export function holdsSecrets(file: string): boolean {
  const { sections } = parseConfigParser(readText(file, { purpose: 'deployment file' }), file)
  return [...sections.values()].some(({ options }) =>
    [...options].some(([name, { value }]) => value !== '' && (isSecretName(name) || urlPassword.test(value))),
  )
}

/** `file:line` of every value of an option that is declared a secret, also under an old name. */
function secretPlaces(config: Config): ReadonlySet<string> {
  const secret = config.entries().filter((entry) => entry.secret)
  const origins = secret.flatMap(({ origin, overridden }) => [origin, ...overridden.map((one) => one.origin)])
  return new Set(origins.flatMap(({ where }) => (where ? [`${where.file}:${where.line}`] : [])))
}
