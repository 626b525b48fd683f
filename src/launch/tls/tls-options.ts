// The options of TLS, in [ssl] under the names of oslo.service, and what they come to: plain data that a
// master hands to its workers. Reading and checking the files is tls-material.ts, loaded when one is named.
import { bool, group, str } from '../../config/index.ts'

export const sslGroup = group(
  'ssl',
  {
    cert_file: str({
      metavar: 'path',
      help: 'Certificate of the service, in PEM, with those between it and its authority after it. With it every TCP address speaks TLS, but for those that end in ?tls=off.',
    }),
    key_file: str({
      metavar: 'path',
      help: 'Private key of the certificate, in PEM, without a passphrase. It may stand in the same file as the certificate.',
    }),
    ca_file: str({
      metavar: 'path',
      help: 'Certificates of the authorities that clients must have one from, in PEM. Without it clients need none.',
    }),
    version: str({
      default: 'TLSv1_2',
      choices: {
        TLSv1_2: 'TLS 1.2 and later',
        TLSv1_3: 'TLS 1.3 and later',
        SSLv23: 'the oldest that is still safe: TLS 1.2',
      },
      ignoreCase: true,
      help: 'Lowest version of TLS that a client may speak.',
    }),
    ciphers: str({
      help: 'Ciphers that are allowed, best first, in the words of OpenSSL. Default: those of Node.',
    }),
    http2: bool({
      default: false,
      help: 'Speak HTTP/2 with clients that can, on addresses with TLS. The others get HTTP/1.1.',
    }),
  },
  { help: 'TLS on the addresses of the service. The files are read again at every reload.' },
)

/** What a server needs to speak TLS. Travels to the workers, which may no longer be allowed to read the files. */
export interface TlsMaterial {
  /** PEM, as is `ca`. */
  readonly cert: string
  readonly key: string
  /** Whose certificates clients must have; null: they need none. */
  readonly ca: string | null
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
  readonly ciphers: string | null
  readonly http2: boolean
  /** So that a client resumes its session at any worker. New with every reading: no session outlives what it was checked against. */
  readonly ticketKeys: Uint8Array
}

/** The same without anything that shows the secrets by accident: they can be read by name, and are in no listing. */
export function discreet(material: TlsMaterial): TlsMaterial {
  const { key, ticketKeys, ...shown } = material
  return Object.defineProperties(shown, { key: { value: key }, ticketKeys: { value: ticketKeys } }) as TlsMaterial
}

/** The part of a server's options that is about TLS. */
export function contextOptions({ cert, key, ca, minVersion, ciphers }: TlsMaterial): {
  cert: string
  key: string
  ca?: string
  minVersion: TlsMaterial['minVersion']
  ciphers?: string
} {
  return { cert, key, minVersion, ...(ca === null ? {} : { ca }), ...(ciphers === null ? {} : { ciphers }) }
}
