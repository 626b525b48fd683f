// Remote sources, on the built package: they are fetched by a thread, which has to be JavaScript. The keys in
// tls/ are for these tests alone; their authority's key is thrown away.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type * as Room from '../../src/config/index.ts'
import { faultOf, folderOf, told } from './scratch.ts'

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const built = new URL('../../dist/config/index.js', import.meta.url).href
const { Config, group, int, multi, readConfig, str } = (await import(built)) as typeof Room

let server: ChildProcess
let ports: { plain: number; secure: number; mutual: number }

beforeAll(async () => {
  server = fork(here('./source-server.mjs'), { execArgv: [] })
  const [message] = (await once(server, 'message')) as [typeof ports]
  ports = message
})

afterAll(async () => {
  server.disconnect()
  await once(server, 'exit')
})

const api = group('api', {
  limit: int({ default: 1, min: 1, mutable: true, cli: true }),
  name: str({ default: 'none' }),
  tags: multi({ default: [] }),
  secret: str({ secret: true }),
})

/** Reads with `P`, `S` and `M` standing for the plain, the secure and the mutual server. */
function read(text: string, words: string[] = [], env: Record<string, string> = {}): Room.Config {
  const at = (text: string): string =>
    text
      .replaceAll('P/', `http://127.0.0.1:${ports.plain}/`)
      .replaceAll('S/', `https://127.0.0.1:${ports.secure}/`)
      .replaceAll('M/', `https://127.0.0.1:${ports.mutual}/`)
      .replaceAll('TLS:', here('./tls/'))
  const folder = folderOf({ 'a.conf': at(text) })
  return readConfig({ groups: [api], argv: ['--config-file', `${folder}/a.conf`, ...words], prog: 'p', env })
}

const source = (uri: string, more = ''): string =>
  `[DEFAULT]\nconfig_source = far\n[far]\ndriver = remote_file\nuri = ${uri}\n${more}`

describe('a remote source', () => {
  test('says what nothing nearer says', () => {
    const conf = read(source('P/a.conf'))
    expect(conf.get(api).limit).toBe(7)
    const detail = `http://127.0.0.1:${ports.plain}/a.conf:2`
    expect(conf.origin('api.limit')).toMatchObject({ kind: 'source', detail, where: { line: 2, column: 9 } })
    expect([conf.files.length, conf.warnings]).toEqual([1, []])
  })

  test.each([
    ['a file', `${source('P/a.conf')}[api]\nlimit = 2\n`, [], {}, 2],
    ['a variable', source('P/a.conf'), [], { OS_API__LIMIT: '3' }, 3],
    ['a flag', source('P/a.conf'), ['--api-limit', '4'], {}, 4],
  ] as const)('stands below %s', (_what, text, words, env, limit) => {
    expect(read(text, [...words], env).get(api).limit).toBe(limit)
  })

  test('stands above a default that the program set', () => {
    const conf = read(source('P/a.conf'))
    conf.setDefault('api.limit', 5)
    expect(conf.get(api).limit).toBe(7)
  })

  const two = '[far]\ndriver = remote_file\nuri = P/a.conf\n[near]\ndriver = remote_file\nuri = P/b.conf\n'

  test('that is named first counts most', () => {
    expect(read(`[DEFAULT]\nconfig_source = near, far\n${two}`).get(api)).toMatchObject({ limit: 8, name: 'from b' })
    expect(read(`[DEFAULT]\nconfig_source = far,near\n${two}`).get(api)).toMatchObject({ limit: 7, name: 'from b' })
  })

  test('may be named by a flag or a variable, described by variables', () => {
    expect(read(two, ['--config-source', 'near']).get(api).limit).toBe(8)
    expect(read(two, [], { OS_DEFAULT__CONFIG_SOURCE: 'far' }).get(api).limit).toBe(7)
    const env = { OS_X__URI: `http://127.0.0.1:${ports.plain}/b.conf`, OS_X__DRIVER: 'remote_file' }
    expect(read('', ['--config-source', 'x'], env).get(api).limit).toBe(8)
  })

  test('adds nothing to a multi-valued option that is set nearer', () => {
    expect(read(source('P/b.conf')).get(api).tags).toEqual(['remote'])
    expect(read(`${source('P/b.conf')}[api]\ntags = here\n`).get(api).tags).toEqual(['here'])
  })

  test('is part of what is listed, its address masked; a worker needs no network', () => {
    const conf = read(source('http://user:hunter2@P/user.conf'.replace('@P/', `@127.0.0.1:${ports.plain}/`)))
    expect(conf.get(api).name).toMatch(/^Basic /u)
    const listed = conf.entries().filter(({ group }) => group === 'far' || group === 'DEFAULT')
    expect(listed.map(({ name, value }) => [name, value])).toContainEqual(['uri', '****'])
    expect(JSON.stringify([conf.entries(), conf.warnings])).not.toContain('hunter2')
    const copy = Config.fromSnapshot(JSON.parse(JSON.stringify(conf.snapshot())), [api])
    expect(copy.get(api)).toEqual(conf.get(api))
    expect(copy.entries().map(({ name }) => name)).toContain('config_source')
  })

  test('is read again by a reload', async () => {
    const conf = read(source('P/a.conf'))
    server.send('[api]\nlimit = 70\n')
    await once(server, 'message')
    expect(conf.mutate().changes).toMatchObject([{ name: 'api.limit', old: 7, new: 70 }])
    server.send('[api]\nlimit = 7\n')
    await once(server, 'message')
    expect(conf.reload().get(api).limit).toBe(7)
  })
})

describe('over TLS', () => {
  test.each([
    ['an authority from a file', source('S/a.conf', 'ca_path = TLS:ca.pem\n')],
    ['authorities from a folder', source('S/a.conf', 'ca_path = TLS:\n')],
    [
      'a client certificate',
      source('M/a.conf', 'ca_path = TLS:ca.pem\nclient_cert = TLS:client.pem\nclient_key = TLS:client.key\n'),
    ],
  ])('with %s', (_what, text) => {
    expect(read(text).get(api).limit).toBe(7)
  })

  test('a server that nobody vouches for is not believed', () => {
    expect(faultOf(() => read(source('S/a.conf'))).message).toMatch(
      /configuration source "far" cannot be read: .*certificate/u,
    )
  })

  test('a client without its certificate is refused', () => {
    const fault = faultOf(() => read(source('M/a.conf', 'ca_path = TLS:ca.pem\n')))
    expect(fault.code).toBe('SLIPWAY_CONFIG_SOURCE')
  })

  test('a certificate that is not there ends the start, whatever the source may be', () => {
    const fault = faultOf(() => read(source('S/a.conf', 'ca_path = /nowhere/ca.pem\noptional = true\n')))
    expect(fault).toMatchObject({ code: 'SLIPWAY_INPUT_MISSING', where: { line: 6 } })
  })
})

describe('a source that cannot be read', () => {
  test.each([
    ['is not there', 'P/none.conf', 'answered 404 Not Found', '45s'],
    ['has moved', 'P/away.conf', 'answered 302 Found, and redirects are not followed', '45s'],
    ['does not end', 'P/hangs.conf', 'did not answer in time', '1s'],
    ['is no text', 'P/latin1.conf', 'cannot be read: its answer is not UTF-8 text', '45s'],
    ['is too large', 'P/large.conf', 'cannot be read: its answer is larger than 16777216 bytes', '45s'],
    ['has no server', 'http://127.0.0.1:1/a.conf', 'cannot be read: connect ECONNREFUSED 127.0.0.1:1', '45s'],
  ])('because it %s ends the start with its place, unless it is optional', (_what, uri, problem, longest) => {
    const timeout = `timeout = ${longest}\n`
    expect(faultOf(() => read(source(uri, timeout)))).toMatchObject({
      code: 'SLIPWAY_CONFIG_SOURCE',
      exitCode: 69,
      message: `configuration source "far" ${problem}`,
      where: { line: 5 },
      hint: 'to start without it: optional = true in [far]',
    })
    const conf = read(source(uri, `${timeout}optional = yes\n`))
    expect(conf.get(api).limit).toBe(1)
    expect(conf.warnings).toMatchObject([{ severity: 'warning', code: 'SLIPWAY_CONFIG_SOURCE' }])
  })

  test.each([
    [
      'no address',
      '[DEFAULT]\nconfig_source = far\n[far]\ndriver = remote_file\n',
      'option "far.uri" has no value and needs one',
    ],
    [
      'no driver',
      '[DEFAULT]\nconfig_source = far\n[far]\nuri = P/a.conf\n',
      'option "far.driver" has no value and needs one',
    ],
    [
      'another driver',
      source('P/a.conf').replace('remote_file', 'castellan'),
      'option "far.driver" cannot be "castellan"',
    ],
    ['no name of a group', '[DEFAULT]\nconfig_source = a]b\n', 'option "config_source" cannot hold "a]b"'],
    ['an unknown option', source('P/a.conf', 'ca_pathh = x\n'), 'no option "ca_pathh" in group "far"'],
  ])('because it has %s is a fault of the file', (_what, text, message) => {
    expect(faultOf(() => read(text))).toMatchObject({
      exitCode: 78,
      message,
      where: message.includes('no value') ? null : {},
    })
  })

  test('all of them are told at once', () => {
    const text =
      '[DEFAULT]\nconfig_source = a,b\n[a]\ndriver = remote_file\nuri = P/1\n[b]\ndriver = remote_file\nuri = P/2\n'
    expect(told(faultOf(() => read(text))).length).toBe(2)
  })

  test('what it says is checked like a file, with its place', () => {
    const broken = faultOf(() => read(source('P/broken.conf')))
    expect(broken).toMatchObject({
      code: 'SLIPWAY_INI_SYNTAX',
      where: { file: expect.stringContaining('/broken.conf'), line: 2 },
    })
    const bad = faultOf(() => read(source('P/bad.conf')))
    expect(told(bad)).toEqual([
      'error: option "api.limit" cannot be "many"',
      'error: no option "limitt" in group "api"',
      'error: option "api.secret" refers to a file or a variable, which a remote source may not',
    ])
  })
})
