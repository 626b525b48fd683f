// What [ssl] names, read and checked: every fault with its file, what was found and what to do.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../../src/config/index.ts'
import type { SlipwayError } from '../../../src/errors.ts'
import { sslGroup } from '../../../src/launch/index.ts'
import { discreet } from '../../../src/launch/tls/tls-options.ts'
import { planTls, type TlsPlan } from '../../../src/launch/tls/tls.ts'
import { Authority, openssl, type Pair } from '../fixtures/certificates.ts'

let authority: Authority
let pair: Pair
let other: Pair

beforeAll(() => {
  authority = new Authority()
  pair = authority.issue('api')
  other = authority.issue('other')
})

afterAll(() => authority.remove())

let files = 0

/** Of a real file, so that faults have a place. */
function plan(ssl: Readonly<Record<string, string>>): Promise<TlsPlan> {
  const file = join(authority.folder, `${files++}.conf`)
  const lines = Object.entries(ssl).map(([name, value]) => `${name} = ${value}`)
  writeFileSync(file, ['[ssl]', ...lines, ''].join('\n'))
  const argv = ['--config-file', file]
  return planTls(readConfig({ groups: [sslGroup], argv, prog: 'test', env: {}, defaultFiles: [] }))
}

async function faultOf(ssl: Readonly<Record<string, string>>): Promise<SlipwayError> {
  const fault = await plan(ssl).then(
    () => null,
    (error: unknown) => error as SlipwayError,
  )
  expect(fault).toMatchObject({ code: 'SLIPWAY_LAUNCH_TLS', exitCode: 78 })
  return fault as SlipwayError
}

function write(name: string, text: string): string {
  const path = join(authority.folder, name)
  writeFileSync(path, text)
  return path
}

const own = (): { cert_file: string; key_file: string } => ({ cert_file: pair.cert, key_file: pair.key })

describe('a plan for TLS', () => {
  it('is none without a certificate', async () => {
    expect(await plan({})).toEqual({ material: null, summary: null, warnings: [] })
  })

  it('has the texts of the files, and says whose certificate it is and how long it is good', async () => {
    const { material, summary, warnings } = await plan({ ...own(), ca_file: authority.caFile, version: 'tlsv1_3' })
    expect(material).toMatchObject({
      cert: readFileSync(pair.cert, 'utf8'),
      key: readFileSync(pair.key, 'utf8'),
      ca: authority.ca,
      minVersion: 'TLSv1.3',
      ciphers: null,
      http2: false,
    })
    expect(summary).toMatch(
      /^TLS with the certificate of CN=api of ".*api\.pem", valid until \d{4}-\d\d-\d\d \(29 days\)$/,
    )
    expect(warnings).toEqual([])
  })

  it('takes certificate and key from one file', async () => {
    const both = write('both.pem', readFileSync(pair.cert, 'utf8') + readFileSync(pair.key, 'utf8'))
    expect((await plan({ cert_file: both, key_file: both })).material).not.toBeNull()
  })

  it.each([
    [-1, /^cert_file ".*": the certificate of CN=days expired 1 day ago$/],
    [7, /^cert_file ".*": the certificate of CN=days expires in 6 days$/],
  ])('of a certificate of %i days warns, and no more', async (days, message) => {
    const { cert, key } = authority.issue('days', days)
    const { warnings, material } = await plan({ cert_file: cert, key_file: key })
    expect(material).not.toBeNull()
    expect(warnings).toEqual([
      expect.objectContaining({ severity: 'warning', message: expect.stringMatching(message) as string }),
    ])
  })

  it('of settings that have no effect without a certificate warns', async () => {
    const { material, warnings } = await plan({ ca_file: authority.caFile, http2: 'true' })
    expect(material).toBeNull()
    expect(warnings.map(({ message }) => message)).toEqual([
      'ca_file of [ssl] has no effect: the service speaks no TLS',
      'http2 of [ssl] has no effect: the service speaks no TLS',
    ])
  })

  it('shows its key in no listing', async () => {
    const { material } = await plan(own())
    if (material === null) throw new Error('no material')
    const hidden = discreet(material)
    expect(hidden.key).toBe(material.key)
    expect(`${JSON.stringify(hidden)}${inspect(hidden, { showHidden: false })}`).not.toMatch(/PRIVATE|ticketKeys/)
  })
})

describe('a plan for TLS is refused', () => {
  it.each(['cert_file', 'key_file'] as const)('with %s alone', async (name) => {
    const missing = name === 'cert_file' ? 'key_file' : 'cert_file'
    const fault = await faultOf({ [name]: pair.cert })
    expect(fault.message).toBe(`${name} is set in [ssl], ${missing} is not`)
    expect(fault.where).toMatchObject({ line: 2 })
  })

  it.each<[string, () => Record<string, string>, string, string]>([
    [
      'a file that is not there',
      () => ({ ...own(), cert_file: '/nowhere/x.pem' }),
      'cert_file "/nowhere/x.pem" cannot be read',
      'no such file',
    ],
    ['a folder', () => ({ ...own(), key_file: authority.folder }), 'key_file ".*" cannot be read', 'a folder'],
    [
      'an empty certificate',
      () => ({ ...own(), cert_file: write('empty', '') }),
      'cert_file ".*" holds no certificate',
      'an empty file',
    ],
    [
      'a key as the certificate',
      () => ({ ...own(), cert_file: pair.key }),
      'cert_file ".*" holds no certificate',
      'a private key',
    ],
    [
      'a broken certificate',
      () => ({ ...own(), cert_file: write('broken', readFileSync(pair.cert, 'utf8').replace(/\n.{20}/, '\nAAAA')) }),
      'cert_file ".*" is broken',
      '.+',
    ],
    [
      'text that is no PEM',
      () => ({ ...own(), key_file: write('text', 'hello') }),
      'key_file ".*" holds no key that can be used',
      'no PEM',
    ],
    [
      'a certificate as the key',
      () => ({ ...own(), key_file: pair.cert }),
      'key_file ".*" holds no key that can be used',
      'a certificate',
    ],
    [
      'the key of another',
      () => ({ ...own(), key_file: other.key }),
      'key_file ".*" does not belong to cert_file ".*"',
      'the key of another certificate',
    ],
    [
      'no certificate of an authority',
      () => ({ ...own(), ca_file: pair.key }),
      'ca_file ".*" holds no certificate',
      'a private key',
    ],
    [
      'ciphers that there are not',
      () => ({ ...own(), ciphers: 'NO-SUCH-CIPHER' }),
      'ciphers "NO-SUCH-CIPHER" cannot be used',
      'no cipher match',
    ],
  ])('with %s', async (_name, ssl, message, found) => {
    const fault = await faultOf(ssl())
    expect(fault.message).toMatch(new RegExp(`^${message}$`))
    expect(fault.found).toMatch(new RegExp(`^${found}$`))
    expect(fault.where).toMatchObject({ file: expect.stringMatching(/\.conf$/) as string })
  })

  it('with a chain in the wrong order, and says so', async () => {
    const chain = write('chain.pem', authority.ca + readFileSync(pair.cert, 'utf8'))
    expect(await faultOf({ ...own(), cert_file: chain })).toMatchObject({
      found: 'the key of a later certificate in the file',
      hint: "the service's own certificate stands first in its file",
    })
  })

  it('with a key that has a passphrase, and says how to take it off', async () => {
    const locked = join(authority.folder, 'locked.key')
    openssl('pkey', '-in', pair.key, '-aes256', '-passout', 'pass:secret', '-out', locked)
    expect(await faultOf({ ...own(), key_file: locked })).toMatchObject({
      found: 'a key with a passphrase',
      hint: expect.stringMatching(/^take the passphrase off: openssl pkey/) as string,
    })
  })

  it('with every fault at once', async () => {
    const fault = await faultOf({ cert_file: '/nowhere/a', key_file: '/nowhere/b', ca_file: pair.key })
    expect(fault.problems).toHaveLength(3)
  })

  it('with a version that is no longer safe', async () => {
    await expect(Promise.resolve().then(() => plan({ ...own(), version: 'TLSv1' }))).rejects.toMatchObject({
      code: 'SLIPWAY_CONFIG_VALUE',
    })
  })

  // Root may read everything.
  it.runIf(process.getuid?.() !== 0)('with a file that this user may not read', async () => {
    const closed = write('closed.key', readFileSync(pair.key, 'utf8'))
    chmodSync(closed, 0)
    expect(await faultOf({ ...own(), key_file: closed })).toMatchObject({ found: 'no permission' })
  })

  it('without a word of the key in the message', async () => {
    mkdirSync(join(authority.folder, 'x'), { recursive: true })
    const torn = write('x/torn.key', readFileSync(pair.key, 'utf8').replace(/\n.{10}/, '\nAAAAAAAAAA'))
    const secret = readFileSync(pair.key, 'utf8').split('\n')[2] ?? ''
    const fault = await faultOf({ ...own(), key_file: torn })
    expect(secret.length).toBeGreaterThan(20)
    expect(`${inspect(fault)}${JSON.stringify(fault.problems)}`).not.toContain(secret)
  })
})
