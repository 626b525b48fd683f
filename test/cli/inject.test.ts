import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { projectFolder } from '../entrypoints/project-folder.ts'
import { keysOf, shop, slipway } from './slipway.ts'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly bodyEncoding?: string
  readonly ms: number
  readonly path: readonly { readonly kind: string; readonly name: string; readonly ms: number }[]
}

async function inject(...args: readonly string[]): Promise<Answer> {
  const { status, stdout, stderr } = await slipway(['inject', ...args, '--json'])
  if (status !== 0) throw new Error(`status ${status}: ${stderr}`)
  return JSON.parse(stdout) as Answer
}

describe('slipway inject', () => {
  it('shows status, headers, body and the way', async () => {
    const args = ['api-paste.ini#shop', 'get', '/v1/cups?size=2', '--flavour', 'noauth', '-H', 'X-Colour: red']
    const { status, stdout, stderr } = await slipway(['inject', ...args])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout.replaceAll(/\d+\.\d\d ms/gu, '0.00 ms')).toMatchInlineSnapshot(`
      "200 OK
      content-type: application/json
      x-price: up/2
      content-length: 77

      {"path":"/cups","query":"size=2","currency":"EUR","header":"red","body":null}

      the way, 5 steps in 0.00 ms:
        composite  shop                api-paste.ini:4   0.00 ms
        composite  api                 api-paste.ini:10  0.00 ms
        filter     http_proxy_to_wsgi  api-paste.ini:40  0.00 ms
        filter     price               api-paste.ini:29  0.00 ms
        app        goods               api-paste.ini:21  0.00 ms
      "
    `)
  })

  it('has the JSON shape that is documented', async () => {
    const answer = await inject('api-paste.ini#shop', 'GET', '/v1/cups', '--flavour', 'noauth')
    expect(keysOf(answer)).toEqual([
      'body',
      'headers.content-length',
      'headers.content-type',
      'headers.x-price',
      'ms',
      'path[].kind',
      'path[].ms',
      'path[].name',
      'path[].section',
      'path[].where.column',
      'path[].where.file',
      'path[].where.line',
      'status',
    ])
    expect(answer.path[0]).toEqual({
      kind: 'composite',
      name: 'shop',
      section: 'composite:shop',
      where: { file: `${shop}api-paste.ini`, line: 4, column: 1 },
      ms: expect.any(Number) as number,
    })
    expect(answer.path.map(({ name }) => name)).toEqual(['shop', 'api', 'http_proxy_to_wsgi', 'price', 'goods'])
  })

  it('runs the real filters and app', async () => {
    const { status, headers, body } = await inject('api-paste.ini#shop', 'GET', '/v1/stock', '--flavour', 'noauth')
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-price': 'up/2' })
    expect(JSON.parse(body)).toEqual({ stock: 3, scriptName: '/v1/stock' })
  })

  it('sends a body: a text, a file, standard input', async () => {
    const target = ['api-paste.ini#api', 'POST', '/new', '--flavour', 'noauth', '-d']
    const bodyOf = (answer: Answer) => (JSON.parse(answer.body) as { body: string }).body
    expect(bodyOf(await inject(...target, 'cups'))).toBe('cups')
    expect(bodyOf(await inject(...target, '@shop.conf'))).toBe(readFileSync(`${shop}shop.conf`, 'utf-8'))
    const { stdout } = await slipway(['inject', ...target, '@-', '--json'], { input: 'plates' })
    expect(bodyOf(JSON.parse(stdout) as Answer)).toBe('plates')
    const missing = await slipway(['inject', ...target, '@nothing.json'])
    expect(missing).toMatchObject({ status: 66, stdout: '' })
    expect(missing.stderr).toContain('error SLIPWAY_INPUT_MISSING: the body "nothing.json" cannot be read')
  })

  it('says so when the body is no text', async () => {
    const args = ['api-paste.ini#goods', 'GET', '/picture']
    const answer = await inject(...args)
    expect(answer).toMatchObject({ body: Buffer.from([0xff, 0, 0xfe]).toString('base64'), bodyEncoding: 'base64' })
    expect((await slipway(['inject', ...args])).stdout).toContain('(3 bytes that are no text)')
  })

  it('answers 500 for an app that throws, with its stack on standard error', async () => {
    const { status, stdout, stderr } = await slipway(['inject', 'api-paste.ini#goods', 'GET', '/broken'])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^500 Internal Server Error\n/u)
    expect(stdout).not.toContain('no goods today')
    expect(stderr).toContain('no goods today')
    expect(stderr).toContain('shop/api.mjs')
  })

  it('puts stand-ins for what is not there, or for all', async () => {
    const target = ['api-paste.ini#shop', 'GET', '/v1/cups?a=1']
    const refused = await slipway(['inject', ...target])
    expect(refused).toMatchObject({ status: 78, stdout: '' })
    expect(refused.stderr).toContain('SLIPWAY_REFERENCE_MODULE: cannot find module "shop.token"')

    const some = await inject(...target, '--stand-in')
    expect(JSON.parse(some.body)).toMatchObject({ path: '/cups', query: 'a=1' })
    expect(some.headers['x-price']).toBe('up/2')

    const all = await inject(...target, '--stand-in', 'all')
    expect(all.headers['x-price']).toBeUndefined()
    expect(JSON.parse(all.body)).toEqual({
      section: 'app:goods',
      scriptName: '/v1',
      pathInfo: '/cups',
      filters: ['http_proxy_to_wsgi', 'authtoken', 'price'],
      settings: { db_password: 'hush' },
    })
    for (const { path } of [some, all]) {
      expect(path.map(({ name }) => name)).toEqual(['shop', 'api', 'http_proxy_to_wsgi', 'authtoken', 'price', 'goods'])
    }
  })

  it('takes the pipeline that the configuration chooses', async () => {
    const { path } = await inject('api-paste.ini#api', 'GET', '/cups', '--config-file', 'shop.conf')
    expect(path.map(({ name }) => name)).toEqual(['api', 'http_proxy_to_wsgi', 'price', 'goods'])
  })

  it('names the option, its value and the keys there are when the flavour is wrong', async () => {
    const { status, stderr } = await slipway(['inject', 'api-paste.ini#shop', 'GET', '/', '--flavour', 'keystne'])
    expect(status).toBe(78)
    expect(stderr).toMatchInlineSnapshot(`
      "error SLIPWAY_PASTE_STRATEGY: [composite:api] has no pipeline for --flavour = "keystne"
        api-paste.ini:10:1
        10 | [composite:api]
           | ^^^^^^^^^^^^^^^ it has noauth, keystone
        close names: keystone
        set --flavour to one of these, or add "keystne = filter … app"
        see: slipway explain SLIPWAY_PASTE_STRATEGY
      "
    `)
  })

  it('releases what the app holds', async () => {
    const cwd = projectFolder({
      'setup.cfg': '[metadata]\nname = shop\n',
      'shop/api.mjs':
        'export const factory = (_g, _s, { onClose }) => {\n' +
        '  const timer = setInterval(() => {}, 1e6)\n' +
        "  onClose(() => { clearInterval(timer); process.stderr.write('released\\n') })\n" +
        '  return () => ({ status: 204, headers: {}, body: null })\n}\n',
      'api.ini': '[app:main]\npaste.app_factory = shop.api:factory\n',
    })
    const { status, stdout, stderr } = await slipway(['inject', 'api.ini', 'GET', '/'], { cwd })
    expect({ status, stderr }).toEqual({ status: 0, stderr: 'released\n' })
    expect(stdout).toMatch(/^204 No Content\n/u)
  })
})
