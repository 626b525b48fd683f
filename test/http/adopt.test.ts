// What a factory may return, and the words for what it may not.
import express from 'express'
import fastify from 'fastify'
import helmet from 'helmet'
import { Hono } from 'hono'
import Koa from 'koa'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { adoptApp, adoptFilter, inject, text, type App, type Filter } from '../../src/http/index.ts'

const koa = new Koa()
koa.use((ctx) => {
  ctx.body = 'hi'
})

class Controller {
  handle(): void {}
}

describe('adoptApp', () => {
  it.each<[string, unknown]>([
    ['an App', () => text('hi')],
    ['an async App', async () => text('hi')],
    ['a listener', (_req: IncomingMessage, res: ServerResponse) => res.end('hi')],
    ['a listener with next', (_req: IncomingMessage, res: ServerResponse, _next: () => void) => res.end('hi')],
    ['an Express app', express().use((_req, res) => void res.send('hi'))],
    ['an Express router', express.Router().use((_req, res) => void res.end('hi'))],
    ['a Koa app', koa],
    ['the callback of a Koa app', koa.callback()],
    ['a Fastify app', fastify().get('/', () => 'hi')],
    ['a Hono app', new Hono().get('/', (c) => c.text('hi'))],
    ['an object with fetch', { fetch: () => new Response('hi') }],
  ])('takes %s', async (_name, value) => {
    const app = adoptApp(value)
    for (const path of ['/', '/']) expect((await inject(app, { path })).text()).toBe('hi')
  })

  it('answers 404 for what middleware or a router passes on', async () => {
    for (const value of [express.Router(), helmet()]) {
      expect((await inject(adoptApp(value), { path: '/' })).status).toBe(404)
    }
  })

  it('gives an App back as it is', () => {
    const app: App = (req) => text(req.method)
    expect(adoptApp(app)).toBe(app)
  })

  it('fails every request of a Fastify app that does not boot, with its reason', async () => {
    const broken = fastify()
    broken.register(() => Promise.reject(new Error('no database')))
    const app = adoptApp(broken)
    const messages: unknown[] = []
    const log = { error: (fields: object) => void messages.push((fields as { err: Error }).err.message) }
    for (const path of ['/', '/']) expect((await inject(app, { path, log })).status).toBe(500)
    expect(messages).toEqual(['no database', 'no database'])
  })

  it.each<[unknown, string, RegExp | null]>([
    [undefined, 'cannot serve undefined as an application', /"return" missing/],
    [null, 'cannot serve null as an application', null],
    ['shop:app', 'cannot serve a string as an application', null],
    [{}, 'cannot serve an object as an application', null],
    [new Controller(), 'cannot serve an object of class "Controller" as an application', null],
    [Controller, 'cannot serve the class "Controller" as an application', /instance/],
    [createServer(), 'cannot serve an object of class "Server" as an application', /listener/],
  ])('refuses %s', (value, message, hint) => {
    const refusal = expect.objectContaining({
      code: 'SLIPWAY_PASTE_RESULT',
      message,
      hint: hint === null ? null : (expect.stringMatching(hint) as string),
    }) as Error
    expect(() => adoptApp(value)).toThrow(refusal)
  })
})

describe('adoptFilter', () => {
  it('takes a Filter as it is, and Connect middleware', async () => {
    const filter: Filter = (app) => app
    expect(adoptFilter(filter)).toBe(filter)
    const { headers, status } = await inject(
      adoptFilter(helmet())(() => text('hi')),
      { path: '/' },
    )
    expect([status, headers['x-content-type-options']]).toEqual([200, 'nosniff'])
  })

  it.each<[unknown, string, RegExp | null]>([
    [
      (_error: Error, _req: unknown, _res: unknown, _next: unknown) => undefined,
      'cannot use a function of 4 arguments as a filter',
      /error middleware/,
    ],
    [
      function listener(_req: unknown, _res: unknown) {},
      'cannot use the function "listener" of 2 arguments as a filter',
      /application/,
    ],
    [undefined, 'cannot use undefined as a filter', /return/],
    [Controller, 'cannot use the class "Controller" as a filter', /instance/],
    [{ status: 200 }, 'cannot use an object as a filter', null],
  ])('refuses %s', (value, message, hint) => {
    const refusal = expect.objectContaining({
      code: 'SLIPWAY_PASTE_RESULT',
      message,
      hint: hint === null ? null : (expect.stringMatching(hint) as string),
    }) as Error
    expect(() => adoptFilter(value)).toThrow(refusal)
  })
})
