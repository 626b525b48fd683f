// glance's versionnegotiation: the rows are what the original does with its images-vN media type.
import { describe, expect, it } from 'vitest'
import { type App, inject, json } from '../../src/http/index.ts'
import { isSlipwayError } from '../../src/errors.ts'
import { filterFactory } from '../../src/middleware/version-negotiation.ts'
import { versionNegotiation, versionNegotiationGroup } from '../../src/middleware/index.ts'
import { contextWith, settingsOf } from './filtering.ts'

const app: App = (req) => json({ path: req.pathInfo, version: req.environ.apiVersion })
const settings = (texts: Record<string, string> = {}) =>
  settingsOf(versionNegotiationGroup, { versions: 'v2.1:CURRENT, v2.0:SUPPORTED, v1', ...texts })

const ask = async (path: string, accept?: string) => {
  const filter = filterFactory({}, settings(), contextWith())
  const response = await inject(filter(app), { path, headers: accept === undefined ? {} : { accept } })
  return { status: response.status, ...(response.json() as object) }
}

const media = 'application/vnd.openstack.images-'

describe('versionnegotiation', () => {
  it.each([
    ['/v2/images', undefined, '/v2/images', '2'],
    ['/v2.1/images', undefined, '/v2/images', '2.1'],
    ['/v2', undefined, '/v2', '2'],
    ['/v2/', undefined, '/v2/', '2'],
    ['/v1/images/1', 'application/json', '/v1/images/1', '1'],
    ['/images', `${media}v2.1`, '/v2/images', '2.1'],
    ['/images', `${media}v2.0, */*`, '/v2/images', '2.0'],
    ['/', `${media}v2`, '/v2/', '2'],
  ])('row 18: %s with Accept %j goes on as %s', async (path, accept, inside, version) => {
    expect(await ask(path, accept)).toEqual({ status: 200, path: inside, version })
  })

  it.each([
    ['/', undefined],
    ['/v3/images', undefined],
    ['/v2.9/images', undefined],
    ['/images', undefined],
    ['/v2/images', `${media}v9`],
  ])('%s with Accept %j gets the list with 300', async (path, accept) => {
    const answer = await ask(path, accept)
    expect(answer).toEqual({
      status: 300,
      versions: [
        { id: 'v2.1', status: 'CURRENT', links: [{ rel: 'self', href: 'http://localhost/v2/' }] },
        { id: 'v2.0', status: 'SUPPORTED', links: [{ rel: 'self', href: 'http://localhost/v2/' }] },
        { id: 'v1', status: 'SUPPORTED', links: [{ rel: 'self', href: 'http://localhost/v1/' }] },
      ],
    })
  })

  it.each([
    ['https://images.example/api/', 'https://images.example/api/v2/'],
    ['', 'http://localhost/v2/'],
  ])('/versions is the list with 200; with public_endpoint %j its links are to %s', async (endpoint, href) => {
    expect(await ask('/versions')).toMatchObject({ status: 200 })
    const filter = versionNegotiation(settings({ public_endpoint: endpoint }))
    const { versions } = (await inject(filter(app), { path: '/' })).json() as {
      versions: { links: { href: string }[] }[]
    }
    expect(versions[0]?.links[0]?.href).toBe(href)
  })

  it('refuses a version that is none when it is built', () => {
    try {
      versionNegotiation(settings({ versions: 'two' }))
      expect.unreachable()
    } catch (error) {
      expect(isSlipwayError(error) && error.message).toBe('"versions" cannot have the item "two"')
    }
  })
})
