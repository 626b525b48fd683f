// Where a syslog listens, as the option syslog_address names it. Pure.

export interface SyslogAddress {
  readonly protocol: 'udp' | 'tcp'
  readonly host: string
  readonly port: number
}

export const syslogAddressPattern = /^(?:udp|tcp):\/\/(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/iu

/** Null for a text that is none, which a checked configuration does not hold. 514 unless said. */
export function parseSyslogAddress(text: string): SyslogAddress | null {
  if (!syslogAddressPattern.test(text)) return null
  const [, protocol = '', host = '', port = '514'] = /^(\w+):\/\/(.*?)(?::(\d+))?$/u.exec(text) ?? []
  return {
    protocol: protocol.toLowerCase() === 'tcp' ? 'tcp' : 'udp',
    host: host.replace(/^\[|\]$/gu, ''),
    port: Number(port),
  }
}
