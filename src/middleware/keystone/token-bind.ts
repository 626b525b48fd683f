// Tokens that hold for one way to log in only, which old releases of Keystone gave out. Pure. That of Kerberos
// needs a web server that has checked the client: here none has, and such tokens are refused.
import type { TokenDescription } from './token.ts'

/** Whether a token may be taken, under `enforce_token_bind`. */
export function isBindAccepted({ bind }: TokenDescription, mode: string): boolean {
  if (mode === 'disabled') return true
  const ways = Object.keys(bind ?? {})
  const isLenient = mode === 'permissive' || mode === 'strict'
  if (ways.length === 0) return isLenient
  return mode === 'permissive' && !ways.includes('kerberos')
}
