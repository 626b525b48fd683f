// The headers of a traced request: X-Trace-Info says of which trace it is a part, X-Trace-HMAC that whoever says so knows
// a key. As OSProfiler has them. Pure. Whoever has no key cannot make a service write traces.
import { createHmac, timingSafeEqual } from 'node:crypto'

/** What X-Trace-Info holds. */
export interface TraceInfo {
  readonly baseId: string
  readonly parentId: string
}

export interface Signed extends TraceInfo {
  /** The key that the request was signed with: the ones that follow are signed with it, too. */
  readonly key: string
}

/** `a, b` → `['a', 'b']`. Whatever else stands there is part of a key: `SECRET_KEY #DEPRECATED`. */
export function parseKeys(text: string): string[] {
  return text
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '')
}

/** Null unless one of the keys has signed it, and for what is no trace info. */
export function unpack(info: string | undefined, hmac: string | undefined, keys: readonly string[]): Signed | null {
  if (info === undefined || hmac === undefined) return null
  const given = Buffer.from(hmac.trim())
  const key = keys.find((one) => {
    const wanted = Buffer.from(sign(info, one))
    return wanted.length === given.length && timingSafeEqual(wanted, given)
  })
  if (key === undefined) return null
  const contents = parse(Buffer.from(info, 'base64url').toString())
  return contents === null ? null : { ...contents, key }
}

/** The two headers. Padded, as OSProfiler reads no other base64. */
export function pack({ baseId, parentId }: TraceInfo, key: string): Record<string, string> {
  const json = JSON.stringify({ base_id: baseId, parent_id: parentId })
  const info = Buffer.from(json).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
  return { 'x-trace-info': info, 'x-trace-hmac': sign(info, key) }
}

function sign(info: string, key: string): string {
  return createHmac('sha1', key).update(info).digest('hex')
}

const known = new Set(['base_id', 'parent_id', 'hmac_key'])

/** A trace without a parent begins at its own id. */
function parse(text: string): TraceInfo | null {
  let contents: unknown
  try {
    contents = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  if (typeof contents !== 'object' || contents === null || Array.isArray(contents)) return null
  const { base_id: baseId, parent_id: parentId } = contents as {
    readonly base_id?: unknown
    readonly parent_id?: unknown
  }
  if (typeof baseId !== 'string' || baseId === '' || Object.keys(contents).some((name) => !known.has(name))) return null
  return { baseId, parentId: typeof parentId === 'string' && parentId !== '' ? parentId : baseId }
}
