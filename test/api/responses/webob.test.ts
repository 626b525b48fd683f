// What WebOb 1.8 answers, recorded by test/golden/webob.py, against what we answer. Every difference stands in a table with its reason.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { accepts, conditional, handler, ranged } from '../../../src/api/index.ts'
import { type App, HttpError, inject, type InjectedResponse, text } from '../../../src/http/index.ts'

interface Recorded {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

interface Golden {
  readonly negotiation: readonly { offers: string[]; accept: string | null; best: string | null }[]
  readonly ranges: readonly { method: string; headers: Record<string, string>; answer: Recorded }[]
  readonly conditions: readonly {
    validators: Record<string, string>
    method: string
    headers: Record<string, string>
    answer: Recorded
  }[]
  readonly errors: readonly { status: number; accept: string | null; answer: Recorded }[]
  readonly results: readonly { returned: string; answer: Recorded | { raised: string } }[]
}

const golden = JSON.parse(readFileSync(new URL('../../golden/webob.json', import.meta.url), 'utf-8')) as Golden

/** Where we differ on purpose, for the cases that the pattern names. */
interface Departure {
  readonly cases: RegExp
  readonly reason: string
  readonly ours: unknown
}

/** Every departure must be met, else it is a line that says nothing. */
function against(departures: readonly Departure[]) {
  const met = new Set<Departure>()
  return {
    compare(name: string, ours: unknown, theirs: unknown): void {
      const departure = departures.find(({ cases }) => cases.test(name))
      if (departure === undefined) {
        expect(ours, name).toEqual(theirs)
        return
      }
      met.add(departure)
      expect(ours, `${name}: ${departure.reason}`).toEqual(departure.ours)
      expect(ours, `${name} is no departure`).not.toEqual(theirs)
    },
    done(): void {
      expect(departures.filter((departure) => !met.has(departure))).toEqual([])
    },
  }
}

describe('row 29: as WebOb', () => {
  it('row 29: negotiates the content type', async () => {
    const table = against(negotiationDepartures)
    for (const { offers, accept, best } of golden.negotiation) {
      let found: string | null = null
      const app: App = (req) => ((found = accepts(req, offers)), text(''))
      await inject(app, { path: '/', headers: accept === null ? {} : { accept } })
      table.compare(`${accept} of ${offers.join(' ')}`, found, best)
    }
    table.done()
  })

  it('row 29: answers with ranges', async () => {
    const table = against(rangeDepartures)
    for (const { method, headers, answer } of golden.ranges) {
      const extra: Record<string, string> =
        headers['if-range'] === undefined ? {} : { etag: '"x"', 'last-modified': 'Tue, 15 Nov 1994 12:45:26 GMT' }
      const response = await inject((req) => ranged(req, text('0123456789', 200, extra)), {
        path: '/',
        method,
        headers: headers,
      })
      const name = `${method} ${headers.range}${headers['if-range'] === undefined ? '' : ` if ${headers['if-range']}`}`
      table.compare(name, partOf(response), theirPart(answer))
    }
    table.done()
  })

  it('row 29: answers conditional requests', async () => {
    const table = against(conditionDepartures)
    for (const { validators, method, headers, answer } of golden.conditions) {
      const app: App = (req) => conditional(req, text('0123456789', 200, validators))
      const response = await inject(app, { path: '/', method, headers })
      const shown = (pairs: object) => Object.values(pairs).join(' ') || 'nothing'
      table.compare(`${method} of ${shown(validators)} ${JSON.stringify(headers)}`, response.status, answer.status)
    }
    table.done()
  })

  it('row 29: answers errors in the form that the client accepts', async () => {
    const table = against(errorDepartures)
    for (const { status, accept, answer } of golden.errors) {
      const app: App = () => {
        throw new HttpError(status, '<the detail>', { expose: true })
      }
      const response = await inject(app, { path: '/', headers: accept === null ? {} : { accept } })
      const type = (headers: InjectedResponse['headers']) => String(headers['content-type']).split(';')[0]
      const sees = (body: string) => [body.includes('<the detail>'), body.includes('&lt;the detail&gt;')]
      table.compare(
        `${status} ${accept}`,
        [response.status, type(response.headers), ...sees(response.text())],
        [answer.status, type(answer.headers), ...sees(answer.body)],
      )
    }
    table.done()
  })

  it('row 29: takes the results of a handler', async () => {
    const table = against(resultDepartures)
    const values: Readonly<Record<string, () => unknown>> = {
      'a response': () => text('made', 201),
      'a string': () => 'text',
      bytes: () => Buffer.from('bytes'),
      nothing: () => undefined,
      'an error': () => new HttpError(404, 'gone'),
      'a thrown error': () => {
        throw new HttpError(409, 'taken')
      },
      'another app': () => () => text('other', 202),
      'an object': () => ({ a: 1 }),
      'a number': () => 1,
    }
    for (const { returned, answer } of golden.results) {
      const response = await inject(
        handler(() => values[returned]?.() as string),
        { path: '/' },
      )
      const type = (headers: InjectedResponse['headers']) => headers['content-type']?.toString().split(';')[0]
      const theirs = 'raised' in answer ? answer.raised : [answer.status, type(answer.headers)]
      table.compare(returned, [response.status, type(response.headers)], theirs)
    }
    table.done()
  })
})

function partOf({ status, headers, body }: InjectedResponse): unknown {
  return status === 416 ? [status, headers['content-range']] : [status, headers['content-range'], body.toString()]
}

function theirPart({ status, headers, body }: Recorded): unknown {
  return status === 416 ? [status, headers['content-range']] : [status, headers['content-range'], body]
}

const tie = 'of equal types the client names one first: that is what it wants'
const nothing = 'an empty header says nothing: no reason to refuse'

const negotiationDepartures: readonly Departure[] = [
  { cases: /^ of text\/html/, reason: nothing, ours: 'text/html' },
  { cases: /^ of /, reason: nothing, ours: 'application/json' },
  { cases: /^text\/html, application\/json of application\/json text\/html$/, reason: tie, ours: 'text/html' },
  { cases: /^application\/json, text\/html of text\/html /, reason: tie, ours: 'application/json' },
  {
    cases: /^text\/html;q=2 of application\/json text\/html$/,
    reason: 'a weight that is too large is none; the header is not thrown away for it',
    ours: 'text/html',
  },
  {
    cases: /^text\/html;q=2 of application\/json( application\/xml)?$/,
    reason: 'a weight that is too large is none; the header is not thrown away for it',
    ours: null,
  },
]

const all = [200, undefined, '0123456789']
const crash = 'WebOb raises ValueError, the client gets 500'

const rangeDepartures: readonly Departure[] = [
  { cases: /^POST bytes=(-|--1)$/, reason: crash, ours: all },
  { cases: /^GET bytes=(-|--1)$/, reason: crash, ours: all },
  {
    cases: /^HEAD (bytes=(0|2|9|10|-|1-2x|20|00| )|Bytes|bytes =)/,
    reason: 'RFC 9110 §14.2: only GET has ranges',
    ours: [200, undefined, ''],
  },
  {
    cases: /^GET bytes=-11$/,
    reason: 'RFC 9110 §14.1.2: a suffix longer than the whole is the whole',
    ours: [206, 'bytes 0-9/10', '0123456789'],
  },
  { cases: /^GET bytes=-0$/, reason: 'RFC 9110 §14.1.2: no last bytes are not satisfiable', ours: [416, 'bytes */10'] },
  { cases: /^GET bytes=1-2x$/, reason: 'a malformed header is no range', ours: all },
  {
    cases: /^GET bytes=0-1,4-5$/,
    reason: 'WebOb sends the first of two ranges, which a client may take for both',
    ours: all,
  },
  {
    cases: /^GET bytes=0-1,2-3$/,
    reason: 'WebOb sends the first of two ranges; these are one',
    ours: [206, 'bytes 0-3/10', '0123'],
  },
  {
    cases: /^GET bytes=20-,0-1$/,
    reason: 'RFC 9110 §14.1.2: one that can be satisfied is enough',
    ours: [206, 'bytes 0-1/10', '01'],
  },
  { cases: / if .*:27 GMT$/, reason: 'RFC 9110 §13.1.5: the date must be exactly the same', ours: all },
]

const conditionDepartures: readonly Departure[] = [
  { cases: /^(GET|HEAD) .*"if-none-match":"\*"/, reason: 'RFC 9110 §13.1.2: there is a representation', ours: 304 },
  { cases: /^(GET|HEAD) .*x".*"if-none-match":"x"/, reason: 'an entity tag has quotes', ours: 200 },
  { cases: /^(GET|HEAD) .*x".*no-cache/, reason: 'a client that says no-cache wants it all', ours: 200 },
  {
    cases: /^(GET|HEAD) of Tue, [^"]*{"if-modified-since":"[^"]*:27 GMT","if-none-match"/,
    reason: 'RFC 9110 §13.1.3: a date counts only without If-None-Match',
    ours: 200,
  },
  {
    cases: /^(GET|HEAD) (?!of "x".*"if-match":"\\"x).*"if-match"/,
    reason: 'RFC 9110 §13.1.1: If-Match that does not hold, by the strong comparison, is 412',
    ours: 412,
  },
]

const errorDepartures: readonly Departure[] = golden.errors
  .filter(({ accept }) => accept === null || accept === 'text/plain' || accept === 'image/png')
  .map(({ status, accept }) => ({
    cases: new RegExp(`^${status} ${accept}$`),
    reason: 'WebOb takes what stands between < and > out of plain text: part of the message is lost',
    ours: [status, 'text/plain', true, false],
  }))

const resultDepartures: readonly Departure[] = [
  {
    cases: /^a response$/,
    reason: 'the type is the one of the response: text() makes text',
    ours: [201, 'text/plain'],
  },
  { cases: /^a string$/, reason: 'what a client sent must not become markup', ours: [200, 'text/plain'] },
  { cases: /^bytes$/, reason: 'bytes are not markup', ours: [200, 'application/octet-stream'] },
  { cases: /^nothing$/, reason: 'an answer without a body is 204', ours: [204, undefined] },
  {
    cases: /^an object$/,
    reason: 'WebOb calls it as an app and fails; an object is JSON',
    ours: [200, 'application/json'],
  },
  { cases: /^a number$/, reason: 'an error in both: ours is the 500 of the edge', ours: [500, 'text/plain'] },
]
