// Certificate, key and authorities from their files, checked before anybody serves with them. Runs in the
// process that the operator started, at the start and at every reload; with TLS only, as it loads OpenSSL's
// bindings. Keys are in what it returns and in nothing that it says.
import { createPrivateKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { Config } from '../../config/index.ts'
import { type Diagnostic, diagnostic, type DiagnosticParts, errorOf, type Where } from '../../errors.ts'
import { contextOptions, sslGroup, type TlsMaterial } from './tls-options.ts'

export interface TlsReading {
  readonly material: TlsMaterial
  /** The certificate and how long it is good, for the log. */
  readonly summary: string
  readonly warnings: readonly Diagnostic[]
}

interface PemFile {
  readonly option: 'cert_file' | 'key_file' | 'ca_file'
  readonly path: string
  readonly where: Where | null
  readonly text: string
}

const soonDays = 14
const dayMs = 86_400_000
const code = 'SLIPWAY_LAUNCH_TLS'

/**
 * Reads what [ssl] names. `cert_file` and `key_file` must be set.
 * @throws SlipwayError SLIPWAY_LAUNCH_TLS with everything that is wrong
 */
export function readTls(config: Config): TlsReading {
  const settings = config.get(sslGroup)
  const problems: Diagnostic[] = []
  const read = (option: PemFile['option']): PemFile | null => readPem(config, option, settings[option], problems)
  const [cert, key, ca] = [read('cert_file'), read('key_file'), read('ca_file')]
  const chain = cert ? certificatesOf(cert, problems) : []
  const authorities = ca ? certificatesOf(ca, problems) : []
  const privateKey = key ? keyOf(key, problems) : null
  const [leaf] = chain
  if (cert && key && leaf && privateKey) checkPair(cert, key, chain, privateKey, problems)
  if (problems.length > 0 || !cert || !key || !leaf) throw errorOf(problems)
  const material: TlsMaterial = {
    cert: cert.text,
    key: key.text,
    ca: ca?.text ?? null,
    minVersion: settings.version.toLowerCase() === 'tlsv1_3' ? 'TLSv1.3' : 'TLSv1.2',
    ciphers: settings.ciphers,
    http2: settings.http2,
    // A copy: of a Buffer the whole pool behind it would travel.
    ticketKeys: new Uint8Array(randomBytes(48)),
  }
  checkContext(config, material, cert)
  const warnings = [...validityOf(cert, chain), ...(ca ? validityOf(ca, authorities) : [])]
  return { material, summary: summaryOf(cert, leaf), warnings }
}

function readPem(
  config: Config,
  option: PemFile['option'],
  path: string | null,
  problems: Diagnostic[],
): PemFile | null {
  if (path === null) return null
  const { where } = config.origin(`ssl.${option}`)
  try {
    return { option, path, where, text: readFileSync(path, 'utf8') }
  } catch (error) {
    const { code: reason, message } = error as NodeJS.ErrnoException
    problems.push(
      problem(`${option} "${path}" cannot be read`, {
        where,
        found: readable[reason ?? ''] ?? message,
        expected: 'a file in PEM that the user who starts the service can read',
        hint: 'the process that was started reads it, not the workers; a relative path counts from its working directory',
      }),
    )
    return null
  }
}

const readable: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'no permission',
  EISDIR: 'a folder',
}

const certificateBlock =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----/gu

function certificatesOf(file: PemFile, problems: Diagnostic[]): X509Certificate[] {
  const blocks = file.text.match(certificateBlock) ?? []
  const parts = { where: file.where, expected: 'one certificate or more, in PEM' }
  if (blocks.length === 0) {
    problems.push(problem(`${nameOf(file)} holds no certificate`, { ...parts, found: contentOf(file.text) }))
    return []
  }
  try {
    return blocks.map((block) => new X509Certificate(block))
  } catch (error) {
    problems.push(problem(`${nameOf(file)} is broken`, { ...parts, found: reasonOf(error) }))
    return []
  }
}

function keyOf(file: PemFile, problems: Diagnostic[]): KeyObject | null {
  const parts = { where: file.where, expected: 'a private key without a passphrase, in PEM' }
  try {
    return createPrivateKey(file.text)
  } catch (error) {
    const isEncrypted = /-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/mu.test(file.text)
    const found = isEncrypted ? 'a key with a passphrase' : contentOf(file.text)
    problems.push(
      problem(`${nameOf(file)} holds no key that can be used`, {
        ...parts,
        // OpenSSL's words for a file of another kind tell nobody anything.
        found: found === 'a private key' ? reasonOf(error) : found,
        hint: isEncrypted
          ? 'take the passphrase off: openssl pkey -in FILE -out NEW, and guard the new file'
          : undefined,
      }),
    )
    return null
  }
}

function checkPair(
  cert: PemFile,
  key: PemFile,
  [leaf, ...rest]: readonly X509Certificate[],
  privateKey: KeyObject,
  problems: Diagnostic[],
): void {
  if (leaf?.checkPrivateKey(privateKey)) return
  const isLater = rest.some((one) => one.checkPrivateKey(privateKey))
  problems.push(
    problem(`${nameOf(key)} does not belong to ${nameOf(cert)}`, {
      where: key.where,
      found: isLater ? 'the key of a later certificate in the file' : 'the key of another certificate',
      expected: `the key of ${leaf ? subjectOf(leaf) : 'the first certificate'}`,
      hint: isLater
        ? "the service's own certificate stands first in its file"
        : 'a certificate that was renewed may have a new key: put both files in place, then reload',
    }),
  )
}

/** What OpenSSL finds beyond that: weak keys, ciphers that it does not know. */
function checkContext(config: Config, material: TlsMaterial, cert: PemFile): void {
  try {
    createSecureContext(contextOptions(material))
  } catch (error) {
    const isCipher = /cipher/iu.test(error instanceof Error ? error.message : '')
    const parts = isCipher
      ? { where: config.origin('ssl.ciphers').where, expected: 'a list of ciphers as openssl ciphers takes it' }
      : { where: cert.where, expected: 'a certificate and a key that OpenSSL accepts' }
    const message = isCipher ? `ciphers "${material.ciphers}" cannot be used` : `${nameOf(cert)} cannot be used`
    throw errorOf([problem(message, { ...parts, found: reasonOf(error) })], { cause: error })
  }
}

/** Warnings only: a client may not mind, and a service that does not start helps nobody. */
function validityOf(file: PemFile, certificates: readonly X509Certificate[]): Diagnostic[] {
  const now = Date.now()
  return certificates.flatMap((one) => {
    const [from, to] = [Date.parse(one.validFrom), Date.parse(one.validTo)]
    const about = `${nameOf(file)}: ${subjectOf(one)}`
    const parts = { where: file.where, hint: 'put a new one in place, then reload the service' }
    if (to < now) return warning(`${about} expired ${daysOf(now - to)} ago`, parts)
    if (from > now) return warning(`${about} is valid in ${daysOf(from - now)} only`, parts)
    return to - now < soonDays * dayMs ? warning(`${about} expires in ${daysOf(to - now)}`, parts) : []
  })
}

function summaryOf(file: PemFile, leaf: X509Certificate): string {
  const until = Date.parse(leaf.validTo)
  const day = new Date(until).toISOString().slice(0, 10)
  const left = until < Date.now() ? '' : ` (${daysOf(until - Date.now())})`
  return `TLS with ${subjectOf(leaf)} of "${file.path}", valid until ${day}${left}`
}

function daysOf(ms: number): string {
  const days = Math.floor(ms / dayMs)
  return days === 0 ? 'less than a day' : `${days} day${days === 1 ? '' : 's'}`
}

/** `CN=api.example`; the names that it is for when its subject is empty, as that of some authorities' is. */
function subjectOf({ subject, subjectAltName, serialNumber }: X509Certificate): string {
  const names = subject ? subject.replaceAll('\n', ', ') : (subjectAltName ?? `serial number ${serialNumber}`)
  return `the certificate of ${names}`
}

function contentOf(text: string): string {
  if (text.trim() === '') return 'an empty file'
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/u.test(text)) return 'a private key'
  if (/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/u.test(text)) return 'a certificate'
  if (/-----BEGIN CERTIFICATE REQUEST-----/u.test(text)) return 'a certificate request'
  return 'no PEM'
}

/** OpenSSL's own words, the last part of `error:0A00018F:SSL routines::ee key too small`. */
function reasonOf(error: unknown): string {
  const { message } = error as Error
  return message.split('::').at(-1) ?? message
}

function nameOf({ option, path }: PemFile): string {
  return `${option} "${path}"`
}

function problem(message: string, parts: DiagnosticParts): Diagnostic {
  return diagnostic('error', code, message, parts)
}

function warning(message: string, parts: DiagnosticParts): Diagnostic {
  return diagnostic('warning', code, message, parts)
}
