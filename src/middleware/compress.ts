// Compresses response bodies for clients that take it: gzip, and Brotli where the operator wants that.
// Runs in workers. Loads node:zlib with the first body that it compresses. Left alone: what is small, in a
// form that does not shrink, coded already, a part of something (206), or marked no-transform.
import { group, int, list, type ValuesOf } from '../config/index.ts'
import { SlipwayError, type Where } from '../errors.ts'
import { appendVary, type Filter, type FilterFactory, type HttpRequest, type HttpResponse } from '../http/index.ts'
import { dispose, isStream } from '../http/normalise.ts'
import { negotiator } from '../lazy-packages.ts'
import { withResponse } from './answer.ts'
import { type Coding, codings, compressBody } from './compress-body.ts'

export const compressGroup = group('compress', {
  encodings: list({ default: ['gzip'], help: 'Codings to offer, the preferred one first: gzip, br.' }),
  min_size: int({ default: 500, min: 0, help: 'Bytes from which on a body is compressed, when its length is known.' }),
  level: int({ default: 6, min: 1, max: 9, help: 'Effort of gzip: 1 is fast, 9 small. Brotli takes 4.' }),
})

export type CompressSettings = ValuesOf<typeof compressGroup>

/** @throws SlipwayError SLIPWAY_CONFIG_VALUE for a coding that is not known */
export function compress(settings: CompressSettings, where: Where | null = null): Filter {
  const choose = chooser(settings.encodings.map((name) => codingOf(name, where)))
  return (app) => (req) =>
    withResponse(app, req, (response) =>
      isCandidate(response) ? compressed(req, response, choose, settings) : response,
    )
}

function compressed(
  req: HttpRequest,
  response: HttpResponse,
  choose: (accept: string | undefined) => Coding | null,
  { min_size: least, level }: CompressSettings,
): HttpResponse {
  const size = sizeOf(response)
  if (size !== null && size < least) return response
  // Also where this client takes none: a cache must ask again for the next one.
  appendVary(response, 'Accept-Encoding')
  const coding = choose(req.header('accept-encoding'))
  if (coding === null) return response
  // The answer to a HEAD without a body does not say how long that of the GET is.
  if (req.method === 'HEAD' && size === null) return response
  const { headers, body } = response
  headers['content-encoding'] = coding
  delete headers['content-length']
  delete headers['accept-ranges']
  const tag = headers.etag
  if (typeof tag === 'string' && tag.startsWith('"')) headers.etag = `W/${tag}`
  if (req.method === 'HEAD') {
    if (isStream(body)) dispose(body)
    response.body = null
  } else if (body !== null) response.body = compressBody(body, coding, level)
  return response
}

/** RFC 9110 §8.4.1: a coding is a property of the whole representation, and one of them is enough. */
function isCandidate({ status, headers }: HttpResponse): boolean {
  if (status < 200 || status === 204 || status === 206 || status === 304) return false
  const { 'content-encoding': coding, 'cache-control': control, 'content-type': type } = headers
  if (coding !== undefined || headers['content-range'] !== undefined) return false
  if (control !== undefined && /(?:^|,)\s*no-transform\s*(?:,|$)/iu.test(String(control))) return false
  return type !== undefined && shrinks(String(type))
}

function shrinks(type: string): boolean {
  return /^(?:text\/|application\/(?:json|javascript|xml|x-ndjson|wasm|yaml)\b|image\/svg|[^;]*\+(?:json|xml|yaml)\b)/iu.test(
    type,
  )
}

/** Null for a stream that does not say. */
function sizeOf({ body, headers }: HttpResponse): number | null {
  if (typeof body === 'string') return Buffer.byteLength(body)
  if (body instanceof Uint8Array) return body.byteLength
  const said = headers['content-length']
  return said === undefined ? null : Number(said)
}

/** Values of Accept-Encoding whose answer is remembered: clients have few, and a mischievous one must not grow the process. */
const mostRemembered = 100

function chooser(offered: readonly Coding[]): (accept: string | undefined) => Coding | null {
  const remembered = new Map<string, Coding | null>()
  return (accept) => {
    if (accept === undefined || accept === '') return null
    const known = remembered.get(accept)
    if (known !== undefined) return known
    const Parser = negotiator()
    const available = [...offered, 'identity']
    // Its types do not know the second argument, which decides between codings that the client likes equally well.
    const parser = new Parser({ headers: { 'accept-encoding': accept } }) as unknown as PreferringParser
    const best = parser.encoding(available, { preferred: available })
    const choice = codings.find((coding) => coding === best) ?? null
    if (remembered.size >= mostRemembered) remembered.clear()
    remembered.set(accept, choice)
    return choice
  }
}

interface PreferringParser {
  encoding(available: readonly string[], options: { readonly preferred: readonly string[] }): string | undefined
}

function codingOf(name: string, where: Where | null): Coding {
  const coding = codings.find((one) => one === name.toLowerCase())
  if (coding !== undefined) return coding
  throw new SlipwayError('SLIPWAY_CONFIG_VALUE', `"encodings" cannot have the item "${name}"`, {
    where,
    found: name,
    expected: codings.join(' or '),
  })
}

/** `paste.filter_factory` */
export const filterFactory = Object.assign(
  ((_globalConf, settings, { where }) => compress(settings, where)) satisfies FilterFactory<CompressSettings>,
  { options: compressGroup, place: { isSpare: true } },
)
