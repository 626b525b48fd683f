// Whether a service speaks TLS, and with what: the options of [ssl] against each other, before any file is
// read. Part of planning a generation, so that a start, a reload and a check find the same faults.
import type { Config } from '../../config/index.ts'
import { type Diagnostic, diagnostic, SlipwayError } from '../../errors.ts'
import type { Logger } from '../../log/index.ts'
import type { ListenRequest } from '../address.ts'
import { sslGroup, type TlsMaterial } from './tls-options.ts'

export interface TlsPlan {
  /** Null: the service speaks no TLS. */
  readonly material: TlsMaterial | null
  /** One line for the log; null when there is nothing to say. */
  readonly summary: string | null
  readonly warnings: readonly Diagnostic[]
}

/** @throws SlipwayError SLIPWAY_LAUNCH_TLS with everything that is wrong with its files */
export async function planTls(config: Config): Promise<TlsPlan> {
  const { cert_file: cert, key_file: key } = config.get(sslGroup)
  if (cert === null && key === null) return { material: null, summary: null, warnings: unused(config) }
  if (cert === null || key === null) throw halfSet(config, cert === null ? 'cert_file' : 'key_file')
  const { readTls } = await import('./tls-material.ts')
  return readTls(config)
}

function halfSet(config: Config, missing: 'cert_file' | 'key_file'): SlipwayError {
  const present = missing === 'cert_file' ? 'key_file' : 'cert_file'
  return new SlipwayError('SLIPWAY_LAUNCH_TLS', `${present} is set in [ssl], ${missing} is not`, {
    where: config.origin(`ssl.${present}`).where,
    expected: 'both, or neither for a service without TLS',
    hint: 'when one file holds certificate and key, name it twice',
    original:
      'When running server in SSL mode, you must specify both a cert_file and key_file option value in your configuration file',
  })
}

/** What oslo.service passes over in silence: a service that was meant to check its clients, and speaks to all of them in the clear. */
function unused(config: Config): Diagnostic[] {
  const { ca_file: ca, http2 } = config.get(sslGroup)
  const names = [...(ca === null ? [] : ['ca_file']), ...(http2 ? ['http2'] : [])]
  return names.map((name) =>
    diagnostic('warning', 'SLIPWAY_LAUNCH_TLS', `${name} of [ssl] has no effect: the service speaks no TLS`, {
      where: config.origin(`ssl.${name}`).where,
      hint: 'set cert_file and key_file, too',
    }),
  )
}

/** The addresses, each with whether it speaks TLS. What kind of socket another program has opened shows only later. */
export function withTls(requests: readonly ListenRequest[], { material }: TlsPlan): ListenRequest[] {
  return requests.map((request) => {
    const { address } = request
    const isPlain = material === null || (address.kind === 'tcp' && address.tls === 'off')
    return { ...request, isTls: !isPlain }
  })
}

/** The services of a launcher have one. */
export function tellTls(log: Logger, [first]: readonly { readonly tls: TlsPlan }[]): void {
  const { summary, warnings } = first?.tls ?? { summary: null, warnings: [] }
  if (summary !== null) log.info(summary)
  for (const { code, message, hint } of warnings) log.warn({ code, ...(hint === null ? {} : { hint }) }, message)
}
