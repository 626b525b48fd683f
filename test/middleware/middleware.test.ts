// The base of filters: process_request and process_response with the rules of oslo.middleware's base class.
import { describe, expect, it } from 'vitest'
import { group, str } from '../../src/config/index.ts'
import { type App, HttpError, inject, json, text } from '../../src/http/index.ts'
import { Middleware, middleware, middlewareFactory } from '../../src/middleware/index.ts'
import { loadApp } from '../../src/paste/index.ts'
import { deployment } from '../paste/deployment.ts'
import { contextWith } from './filtering.ts'

const marked = (response: { headers: Record<string, unknown> }) => response.headers.mark

describe('middleware', () => {
  it('row 25: a value of processRequest ends the request, and processResponse is not run for it', async () => {
    const calls: string[] = []
    const filter = middleware({
      processRequest: (req) => (req.pathInfo === '/stop' ? text('stopped', 403) : undefined),
      processResponse: (response) => {
        calls.push('response')
        response.headers.mark = 'x'
        return response
      },
    })
    const app = filter(() => {
      calls.push('app')
      return text('in')
    })
    const ended = await inject(app, { path: '/stop' })
    expect({ status: ended.status, mark: marked(ended), calls }).toEqual({ status: 403, mark: undefined, calls: [] })
    const passed = await inject(app, { path: '/go' })
    expect({ body: passed.text(), mark: marked(passed), calls }).toEqual({
      body: 'in',
      mark: 'x',
      calls: ['app', 'response'],
    })
  })

  it('both halves may answer with a promise', async () => {
    const filter = middleware({
      processRequest: async (req) => (req.pathInfo === '/stop' ? text('stopped', 403) : null),
      processResponse: async (response) => ({ ...response, status: 201 }),
    })
    const app = filter(() => text('in'))
    expect((await inject(app, { path: '/stop' })).status).toBe(403)
    expect((await inject(app, { path: '/go' })).status).toBe(201)
  })

  it('makes no promise where nobody else does', () => {
    const filter = middleware({ processRequest: () => undefined, processResponse: (response) => response })
    const kinds: boolean[] = []
    const outer: App = (req) => {
      const answer = filter(() => text('now'))(req)
      kinds.push(answer instanceof Promise)
      return answer
    }
    return inject(outer, { path: '/' }).then(() => expect(kinds).toEqual([false]))
  })

  it('what the app raises as an HttpError is a response to processResponse', async () => {
    const filter = middleware({
      processResponse: (response) => ({ ...response, headers: { ...response.headers, mark: 'x' } }),
    })
    const response = await inject(
      filter(() => {
        throw new HttpError(409, 'taken')
      }),
      { path: '/' },
    )
    expect({ status: response.status, mark: marked(response) }).toEqual({ status: 409, mark: 'x' })
  })

  it('a factory of it hands the settings in, typed when it declares them', async () => {
    const options = group('stamp', { mark: str({ default: 'm' }) })
    const factory = middlewareFactory(({ mark }) => ({ processRequest: () => text(mark) }), options)
    expect(factory.options).toBe(options)
    expect(
      (
        await inject(
          factory({}, { mark: 'typed' }, contextWith())(() => text('')),
          { path: '/' },
        )
      ).text(),
    ).toBe('typed')
    const plain = middlewareFactory((settings) => ({ processRequest: () => json(settings) }))
    expect(
      (
        await inject(
          plain({}, { a: '1' }, contextWith())(() => text('')),
          { path: '/' },
        )
      ).json(),
    ).toEqual({ a: '1' })
  })
})

describe('Middleware', () => {
  it('row 25: a class of it is named in a deployment file, gets its conf, and may override call', async () => {
    const base = new URL('../../dist/middleware/index.js', import.meta.url).href
    const { uri } = deployment(
      '[DEFAULT]\nowner = me\n[pipeline:main]\npipeline = stamp gate app\n[filter:stamp]\npaste.filter_factory = shop:Stamp.factory\nmark = m\n' +
        '[filter:gate]\npaste.filter_factory = shop:Gate.factory\n[app:app]\npaste.app_factory = shop:app_factory\n',
      {
        'shop.js': `import { Middleware } from '${base}'
export class Stamp extends Middleware {
  processResponse(response) {
    response.headers.mark = this.conf.mark + this.conf.owner
    return response
  }
}
export class Gate extends Middleware {
  call(req) {
    return req.pathInfo === '/shut' ? { status: 403, headers: {}, body: 'shut' } : super.call(req)
  }
}
export const appFactory = () => () => ({ status: 200, headers: {}, body: 'in' })
`,
      },
    )
    const { value: app } = await loadApp(uri)
    const open = await inject(app, { path: '/' })
    expect({ body: open.text(), mark: marked(open) }).toEqual({ body: 'in', mark: 'mme' })
    const shut = await inject(app, { path: '/shut' })
    expect({ body: shut.text(), mark: marked(shut) }).toEqual({ body: 'shut', mark: 'mme' })
  })

  it('does nothing by itself', async () => {
    const filter = Middleware.factory({}, {})
    expect(
      (
        await inject(
          filter(() => text('in')),
          { path: '/' },
        )
      ).text(),
    ).toBe('in')
  })
})

describe('the contract', () => {
  it('row 24: a filter answers by itself, alone under a server, in any order', async () => {
    const stop = middleware({ processRequest: () => text('mine') })
    const mark = middleware({ processResponse: (response) => ({ ...response, status: 299 }) })
    const app: App = () => text('app')
    expect((await inject(stop(app), { path: '/' })).text()).toBe('mine')
    expect((await inject(mark(stop(app)), { path: '/' })).status).toBe(299)
    expect((await inject(stop(mark(app)), { path: '/' })).status).toBe(200)
  })

  it('row 46: a filter rewrites URL, method, headers and body before authentication', async () => {
    // What tacker's alarm_receiver does: a webhook without a token becomes a call of the API.
    const receiver = middleware({
      processRequest: async (req) => {
        const { alarm } = (await req.body.json()) as { alarm: string }
        req.method = 'PUT'
        req.pathInfo = `/v1.0/triggers/${alarm}`
        req.queryString = 'now=1'
        req.headers['x-auth-token'] = 'of the service'
        req.replaceBody(JSON.stringify({ trigger: { alarm } }))
        return undefined
      },
    })
    const auth = middleware({
      processRequest: (req) => (req.header('x-auth-token') === undefined ? text('who?', 401) : undefined),
    })
    const app: App = async (req) =>
      json({
        method: req.method,
        path: req.pathInfo,
        query: req.query.get('now'),
        length: req.header('content-length'),
        body: await req.body.json(),
      })
    const response = await inject(receiver(auth(app)), { method: 'POST', path: '/alarm', body: '{"alarm": "a1"}' })
    expect(response.json()).toEqual({
      method: 'PUT',
      path: '/v1.0/triggers/a1',
      query: '1',
      length: '26',
      body: { trigger: { alarm: 'a1' } },
    })
  })
})
