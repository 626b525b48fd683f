// A body that a filter has put in the place of the client's.
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type App, fromNode, inject, json, text } from '../../src/http/index.ts'
import { exchange, serve } from './serving.ts'

const echo: App = async (req) =>
  json({ body: await req.body.text(), length: req.header('content-length'), coding: req.header('transfer-encoding') })

describe('replaceBody', () => {
  it('is what those further in read, whole or as a stream, whether the old one was read or not', async () => {
    for (const isRead of [true, false]) {
      for (const sent of ['old', Readable.from(['ol', 'd'], { objectMode: false })]) {
        const app: App = async (req) => {
          if (isRead) expect(await req.body.text()).toBe('old')
          req.replaceBody('the new ö')
          return echo(req)
        }
        const response = await inject(app, { method: 'POST', path: '/', body: sent })
        expect(response.json()).toEqual({ body: 'the new ö', length: '10' })
      }
    }
    const streaming: App = (req) => {
      req.replaceBody(Buffer.from('new'))
      return { status: 200, headers: {}, body: req.body.stream() }
    }
    expect((await inject(streaming, { method: 'POST', path: '/', body: 'old' })).text()).toBe('new')
  })

  it('may be given to a request that had none, and twice', async () => {
    const app: App = (req) => {
      req.replaceBody('one')
      req.replaceBody('two')
      return echo(req)
    }
    expect((await inject(app, { path: '/' })).json()).toEqual({ body: 'two', length: '3' })
  })

  it('counts against no limit of the old one', async () => {
    const app: App = (req) => {
      req.bodyLimit = 3
      req.replaceBody('longer than that')
      return echo(req)
    }
    expect((await inject(app, { method: 'POST', path: '/', body: 'old' })).status).toBe(200)
  })

  it('is what a (req, res) listener reads', async () => {
    const listener = fromNode((req, res) => {
      const pieces: Buffer[] = []
      req
        .on('data', (piece: Buffer) => pieces.push(piece))
        .on('end', () => res.end(`${req.headers['content-length']} ${Buffer.concat(pieces).toString()}`))
    })
    const app: App = (req) => {
      req.replaceBody('new')
      return listener(req)
    }
    expect((await inject(app, { method: 'POST', path: '/', body: 'older' })).text()).toBe('3 new')
  })

  it('over HTTP, leaves the connection fit for the next request', async () => {
    const { port } = await serve(async (req) => {
      if (req.pathInfo === '/plain') return text('plain')
      req.replaceBody('new')
      return text(await req.body.text())
    })
    const head = 'Host: a\r\nTransfer-Encoding: chunked'
    const received = await exchange(
      port,
      `POST / HTTP/1.1\r\n${head}\r\n\r\n5\r\nolder\r\n0\r\n\r\nGET /plain HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    )
    expect(received.match(/\r\n\r\n(?:new|plain)/gu)).toEqual(['\r\n\r\nnew', '\r\n\r\nplain'])
  })
})
