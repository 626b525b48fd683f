// What no client should send, and the status of its answer. Each is a whole message that ends its connection.

/** The status of the one answer, and the bytes. */
export type Case = readonly [status: number, bytes: string | Uint8Array]

const token = 'X-Auth-Token: alice:shop'
export const json = 'Content-Type: application/json'

export const head = (line: string, ...fields: string[]) =>
  `${[`${line} HTTP/1.1`, 'Host: api.example', token, 'Connection: close', ...fields].join('\r\n')}\r\n\r\n`

function post(body: string | Uint8Array, ...fields: string[]): Buffer {
  const bytes = Buffer.from(body)
  const used = fields.length === 0 ? [json] : fields
  return Buffer.concat([Buffer.from(head('POST /v1/documents', ...used, `Content-Length: ${bytes.length}`)), bytes])
}

export const document = (values: object) => JSON.stringify({ document: { name: 'a', ...values } })

export const bodies: Readonly<Record<string, Case>> = {
  'cut off': [400, post('{"document":')],
  'no JSON': [400, post('hello')],
  empty: [400, post('')],
  null: [400, post('null')],
  'a list': [400, post('[]')],
  'a list in the place of a document': [400, post('{"document":[1]}')],
  '10,000 levels of lists': [400, post('['.repeat(10_000) + ']'.repeat(10_000))],
  '10,000 levels of objects': [400, post('{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000))],
  '100 levels in a document': [400, post(document({ name: JSON.parse('['.repeat(100) + ']'.repeat(100)) as unknown }))],
  '__proto__ in a document': [400, post('{"document":{"name":"a","__proto__":{"isAdmin":true}}}')],
  '__proto__ around it': [400, post('{"__proto__":{"document":{"name":"a"}}}')],
  '__proto__ in escapes': [400, post(String.raw`{"document":{"name":"a","\u005f_proto__":{}}}`)],
  'a constructor': [400, post('{"document":{"name":"a","constructor":{"prototype":{"isAdmin":true}}}}')],
  'a number for a name': [400, post(document({ name: 5 }))],
  'a number beyond all': [400, post('{"document":{"name":1e999}}')],
  'an id of its own': [400, post(document({ id: 'x' }))],
  'the project of others': [400, post(document({ project_id: 'vault' }))],
  'NUL in a name': [400, post(document({ name: 'a\0' }))],
  'half a pair in a content': [400, post(document({ content: '\uD800' }))],
  'a name of 256': [400, post(document({ name: '\u{1F600}'.repeat(256) }))],
  'a content of 16,001': [400, post(document({ content: 'x'.repeat(16_001) }))],
  'bytes that are no UTF-8': [400, post(Buffer.from('{"document":{"name":"\xFF"}}', 'latin1'))],
  'UTF-16': [415, post(Buffer.from(document({}), 'utf16le'), `${json}; charset=utf-16`)],
  gzip: [415, post(document({}), json, 'Content-Encoding: gzip')],
  XML: [415, post('<a/>', 'Content-Type: text/xml')],
  'a form': [415, post('name=a', 'Content-Type: application/x-www-form-urlencoded')],
  'a type that is none': [415, post(document({}), 'Content-Type: broken')],
  'too large, in chunks': [
    413,
    `${head('POST /v1/documents', json, 'Transfer-Encoding: chunked')}${`4e20\r\n${'x'.repeat(20_000)}\r\n`.repeat(6)}0\r\n\r\n`,
  ],
  'another checksum than there is': [
    400,
    `${head('POST /v1/digest', 'Content-Length: 34')}{"text":"a","algorithm":"__proto__"}`.slice(0, -2),
  ],
  'a byte order mark': [201, post(`\uFEFF${document({})}`)],
  'a name of 255': [201, post(document({ name: '\u{1F600}'.repeat(255) }))],
}

export const targets: Record<string, Case> = Object.fromEntries(
  (
    [
      [404, '/v1/documents/%00'],
      [404, '/v1/documents/%2F'],
      [404, '/v1/documents/..'],
      [404, '/v1/documents/../../etc/passwd'],
      [404, '/v1/documents/..%2f..%2fetc%2fpasswd'],
      [404, '/v1/..%2f'],
      [404, '/v1/%00'],
      [404, '/v1/__proto__'],
      [404, '/v1/documents/constructor'],
      [404, `/v1/${'a'.repeat(10_000)}`],
      [400, '/v1/%'],
      [400, '/v1/%zz'],
      [400, '/v1/documents/%FF'],
      [400, '/v1/documents/%ED%A0%80'],
      [400, '/v1/documents?limit=-1'],
      [400, '/v1/documents?name=%00'],
      [400, '/v1/documents?__proto__=1'],
      [400, '/v1/documents?%'],
      [400, '/v1/documents?sort_key=name;drop&sort_dir=asc'],
      [404, '/v1/documents?marker=nope'],
      [200, '/v1/documents?'],
      [200, '/v1//documents'],
      [200, '//v1'],
    ] as const
  ).map(([status, target]) => [target.slice(0, 40), [status, head(`GET ${target}`)]]),
)

/** Refused before there is a request: by node's parser, or for its head. */
export const messages: Record<string, Case> = {
  'an overlong target': [431, head(`GET /v1/${'a'.repeat(20_000)}`)],
  'a header of 20 kB': [431, head('GET /v1/', `X-Long: ${'a'.repeat(20_000)}`)],
  '200 headers': [200, head('GET /v1/', ...Array.from({ length: 200 }, (_, at) => `x-${at}: 1`))],
  'a target that is none': [400, head('GET ?')],
  'a star': [400, head('GET *')],
  'a target elsewhere': [400, head('GET ftp://api.example/v1/')],
  'a whole URL': [200, head('GET http://api.example/v1/')],
  'control characters in the target': [400, head('GET /v1/\u0001')],
  'bytes beyond ASCII in the target': [400, head('GET /v1/\u00E9')],
  'NUL in a header': [400, head('GET /v1/', 'X-A: a\0b')],
  'a folded header': [400, head('GET /v1/', 'X-A: a\r\n b')],
  'lines without CR': [400, 'GET /v1/ HTTP/1.1\nHost: a\nConnection: close\n\n'],
  'no host': [400, 'GET /v1/ HTTP/1.1\r\nConnection: close\r\n\r\n'],
  'two hosts': [400, head('GET /v1/', 'Host: evil.example')],
  'a host that is none': [400, 'GET /v1/ HTTP/1.1\r\nHost: "><script>\r\nConnection: close\r\n\r\n'],
  'HTTP/1.0': [200, 'GET /v1/ HTTP/1.0\r\n\r\n'],
  'HTTP/3.0': [400, 'GET /v1/ HTTP/3.0\r\n\r\n'],
  'a handshake of TLS': [400, '\u0016\u0003\u0001\u0000\u00A5\u0001\u0000\u0000'],
  'an unknown method': [400, head('STEAL /v1/')],
  CONNECT: [405, head('CONNECT evil.example:443')],
  TRACE: [405, head('TRACE /v1/documents')],
  PATCH: [405, head('PATCH /v1/documents')],
  'PATCH of the list of versions': [405, head('PATCH /')],
  'OPTIONS of everything': [405, head('OPTIONS *')],
  'an upgrade': [200, head('GET /v1/', 'Connection: upgrade', 'Upgrade: websocket')],
  'an expectation that nobody meets': [417, head('POST /v1/documents', json, 'Expect: wonders', 'Content-Length: 2')],
  'a body that is expected': [
    400,
    `${head('POST /v1/documents', json, 'Expect: 100-continue', 'Content-Length: 2')}{}`,
  ],
  'a length that is too large': [413, head('POST /v1/documents', json, 'Content-Length: 99999999')],
}

/** Where two parsers could see two different requests, there is one answer, which is a 400. */
const smuggled = 'GET /v1/echo HTTP/1.1\r\nHost: api.example\r\n\r\n'
export const smuggling = Object.fromEntries(
  [
    ['Content-Length: 4', 'Transfer-Encoding: chunked'],
    ['Transfer-Encoding: chunked', 'Content-Length: 4'],
    ['Content-Length: 4', 'Content-Length: 5'],
    ['Content-Length: 4, 4'],
    ['Content-Length: +4'],
    ['Content-Length: -4'],
    ['Content-Length: 0x4'],
    ['Content-Length: 99999999999999999999999'],
    ['Transfer-Encoding: xchunked'],
    ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
    ['Transfer-Encoding: identity, chunked, identity'],
    ['Transfer-Encoding : chunked'],
    [' Transfer-Encoding: chunked'],
    ['Transfer-Encoding: \u000Bchunked'],
  ].map((fields): [string, Case] => [
    fields.join(' | '),
    [400, `${head('POST /v1/documents', json, ...fields)}0\r\n\r\n${smuggled}`],
  ]),
)
export const chunks: Record<string, Case> = Object.fromEntries(
  ['zz\r\na', '-1\r\na', '1 \r\na', 'FFFFFFFFFFFFFFFFF\r\na', '1\na\r\n0\r\n', '1\r\nab\r\n0\r\n'].map((chunk) => [
    chunk,
    [400, `${head('POST /v1/documents', json, 'Transfer-Encoding: chunked')}${chunk}\r\n\r\n${smuggled}`],
  ]),
)
