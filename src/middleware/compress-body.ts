// A response body in gzip or Brotli. Small ones are compressed at once, so that no promise is made for
// them; large ones and streams as they are read, in the thread pool, each piece flushed: an event of a stream
// must not wait for the next one.
import { Readable, pipeline } from 'node:stream'
import type * as Zlib from 'node:zlib'
import type { ResponseBody } from '../http/index.ts'
import { isStream } from '../http/normalise.ts'

export const codings = ['gzip', 'br'] as const
export type Coding = (typeof codings)[number]

/** Half a millisecond of work; more would hold up other requests. */
const mostAtOnce = 32 * 1024

export function compressBody(body: Exclude<ResponseBody, null>, coding: Coding, level: number): Uint8Array | Readable {
  const zlib = process.getBuiltinModule('node:zlib')
  if (isStream(body)) return throughEncoder(readable(body), zlib, coding, level)
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  if (bytes.byteLength > mostAtOnce) return throughEncoder(Readable.from(slices(bytes)), zlib, coding, level)
  return coding === 'gzip' ? zlib.gzipSync(bytes, { level }) : zlib.brotliCompressSync(bytes, brotli(zlib))
}

function readable(body: AsyncIterable<string | Uint8Array>): Readable {
  return body instanceof Readable ? body : Readable.from(body, { objectMode: false })
}

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += mostAtOnce) yield bytes.subarray(at, at + mostAtOnce)
}

/** What the source raises, the encoder raises; when the encoder is let go, the source is. */
function throughEncoder(source: Readable, zlib: typeof Zlib, coding: Coding, level: number): Readable {
  const encoder =
    coding === 'gzip'
      ? zlib.createGzip({ level, flush: zlib.constants.Z_SYNC_FLUSH })
      : zlib.createBrotliCompress({ ...brotli(zlib), flush: zlib.constants.BROTLI_OPERATION_FLUSH })
  return pipeline(source, encoder, () => undefined)
}

/** Level 11, the default, is for files that are compressed once. */
function brotli({ constants }: typeof Zlib) {
  return { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }
}
