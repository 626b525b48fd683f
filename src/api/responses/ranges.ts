// Parts of a representation (RFC 9110 §14): one range of bytes, 206, or 416 with the length there is. Runs in workers. A
// request for several ranges that are not one gets everything, which a server may do; no multipart is made.
import type { HttpRequest, HttpResponse } from '../../http/index.ts'
import { isSameStrong, type Validators } from './conditional.ts'
import { RangeNotSatisfiable } from './http-errors.ts'

/** From the first to the last byte, both inclusive. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * What of `size` bytes the request is for: a range, 'whole', or 'unsatisfiable'. Only GET has ranges; a header that is malformed or of
 * another unit is no range, one whose `If-Range` does not hold neither.
 */
export function rangeOf(
  req: HttpRequest,
  size: number,
  current: Validators = {},
): ByteRange | 'whole' | 'unsatisfiable' {
  const header = req.header('range')
  if (header === undefined || req.method !== 'GET' || !holds(req.header('if-range'), current)) return 'whole'
  const ranges = parseRanges(header, size)
  if (ranges === null) return 'whole'
  const [first, ...others] = join(ranges)
  if (first === undefined) return 'unsatisfiable'
  return others.length === 0 ? first : 'whole'
}

/** The response, or the part of its bytes that the request is for (206), or 416. Says that ranges are welcome. */
export function ranged(req: HttpRequest, response: HttpResponse): HttpResponse {
  const { headers, body } = response
  if (response.status !== 200 || headers['content-range'] !== undefined) return response
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return response
  headers['accept-ranges'] = 'bytes'
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const etag = headers.etag?.toString()
  const modified = headers['last-modified']
  const lastModified = typeof modified === 'string' ? new Date(modified) : undefined
  const range = rangeOf(req, bytes.length, { etag, lastModified })
  if (range === 'whole') return response
  if (range === 'unsatisfiable') return new RangeNotSatisfiable(bytes.length).toResponse(req)
  headers['content-range'] = contentRange(range, bytes.length)
  return { status: 206, headers, body: bytes.subarray(range.start, range.end + 1) }
}

export function contentRange({ start, end }: ByteRange, size: number): string {
  return `bytes ${start}-${end}/${size}`
}

/** More than any client has a reason for; a longer list costs more than the whole. */
const maxRanges = 100

/** The ranges that there are bytes for; null for a header that is malformed or of another unit. */
function parseRanges(header: string, size: number): ByteRange[] | null {
  const list = /^\s*bytes\s*=(.*)$/i
    .exec(header)?.[1]
    ?.split(',')
    .map((one) => one.trim())
  if (list === undefined || list.length > maxRanges) return null
  const ranges: ByteRange[] = []
  // Empty elements of a list are to be ignored (RFC 9110 §5.6.1).
  const specs = list.filter((one) => one !== '')
  for (const spec of specs) {
    const [, first = '', last = ''] = /^(\d*)\s*-\s*(\d*)$/.exec(spec) ?? []
    if ((first === '' && last === '') || (first !== '' && last !== '' && Number(last) < Number(first))) return null
    // `-5` are the last five, or all when there are fewer.
    const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
    const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
    if (start <= end) ranges.push({ start, end })
  }
  return specs.length === 0 ? null : ranges
}

/** In order, with those that touch made one. */
function join(ranges: readonly ByteRange[]): ByteRange[] {
  const joined: ByteRange[] = []
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const previous = joined.at(-1)
    if (previous === undefined || range.start > previous.end + 1) joined.push(range)
    else joined[joined.length - 1] = { start: previous.start, end: Math.max(previous.end, range.end) }
  }
  return joined
}

/** Whether the part is of what the client has the rest of: the same strong tag, or exactly the same date. */
function holds(ifRange: string | undefined, { etag, lastModified }: Validators): boolean {
  if (ifRange === undefined) return true
  const value = ifRange.trim()
  if (value.endsWith('"')) return etag !== undefined && isSameStrong(value, etag)
  return lastModified !== undefined && Date.parse(value) === Math.floor(lastModified.getTime() / 1000) * 1000
}
