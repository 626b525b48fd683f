// What pecan 1.4 answers, recorded by test/golden/pecan.py, against what we answer. Every difference stands in a table with its reason.
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { inject } from '../../../src/http/index.ts'
import { apps, logs } from './pecan-tree.ts'

interface Row {
  readonly app: string
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly answer: Readonly<Record<string, unknown>>
}

const golden = JSON.parse(readFileSync(new URL('../../golden/pecan.json', import.meta.url), 'utf-8')) as Row[]

async function answer({ app, method, path, headers = {}, body }: Row): Promise<Record<string, unknown>> {
  let message: object = {}
  const inner = apps[app]
  if (inner === undefined) throw new Error(`no app ${app}`)
  const response = await inject(
    (req) => {
      message = req.node.message
      return inner(req)
    },
    { method, path, headers, ...(body === undefined ? {} : { body }) },
  )
  const type = response.headers['content-type']?.toString().split(';')[0]
  const log = logs.get(message)
  const isJson = type === 'application/json' && response.body.length > 0
  return {
    status: response.status,
    ...(type !== undefined && { type }),
    ...(response.headers.allow !== undefined && { allow: response.headers.allow }),
    ...(response.headers.location !== undefined && { location: response.headers.location }),
    ...(isJson ? { json: response.json() } : response.status < 300 && { text: response.text() }),
    ...(log !== undefined && { log }),
  }
}

type Answer = Readonly<Record<string, unknown>>

/** Where we differ on purpose, for the requests that the pattern names. */
interface Departure {
  readonly requests: RegExp
  readonly reason: string
  readonly ours: Answer | ((theirs: Answer, path: string) => Answer)
}

const plain = 'text/plain'
const asJson = (handler: string, ...args: readonly unknown[]): Answer => ({
  status: 200,
  type: 'application/json',
  json: { handler, args, fields: {} },
})
const bad = { status: 400, type: plain }
const missing = { status: 404, type: plain }
const withHead = ({ allow, ...others }: Answer): Answer => ({
  ...others,
  allow: ['HEAD', ...String(allow).split(', ')].sort().join(', '),
})

const listAnswers: Readonly<Record<string, Answer>> = {
  '/lists': asJson('lists.get_all', 'none'),
  '/lists/': asJson('lists.get_all', 'none'),
  '/lists?limit=5': asJson('lists.get_all', '5'),
  '/lists/1': asJson('lists.get_one', '1', 'none'),
  '/lists/1?detail=full': asJson('lists.get_one', '1', 'full'),
}

const departures: readonly Departure[] = [
  {
    requests:
      /^(plain (GET \/sub\/leaf\/?(\?two=3)?|(GET|POST) \/one|GET \/optional(\?b=1)?|POST \/generic_args\/)|rest ((PUT|PATCH|DELETE) \/things\/?|GET \/things\/edit|DELETE \/things\/1\/books))( with .*)?$/,
    reason:
      'pecan raises TypeError for an argument that is missing, the client gets 500; a body that is broken counts as none',
    ours: bad,
  },
  { requests: /^plain GET \/broken$/, reason: 'the edge answers for the error', ours: { status: 500, type: plain } },
  {
    requests: /^plain GET (\/sub)?\/__class__$/,
    reason: 'pecan walks into the class of the controller',
    ours: missing,
  },
  {
    requests: /^rest GET \/things\/__class__$/,
    reason: 'pecan crashes; it is an id like others',
    ours: asJson('get_one', '__class__'),
  },
  {
    requests: /^rest GET \/things\/_custom_actions$/,
    reason: 'pecan walks into a dict; it is an id like others',
    ours: asJson('get_one', '_custom_actions'),
  },
  {
    requests: /^plain GET \/defaulting\/_default$/,
    reason: 'special methods are no segments: _default is asked as for any other',
    ours: asJson('default', '_default'),
  },
  {
    requests: /^plain GET \/looking\/_lookup$/,
    reason: 'special methods are no segments: something of that name is looked up',
    ours: { status: 302, type: plain, location: 'http://localhost/looking/_lookup/' },
  },
  {
    requests: /^plain GET \/both\/$/,
    reason: 'pecan looks up nothing and answers 404; without a _lookup it asks _default, and so do we with one',
    ours: asJson('both.default'),
  },
  {
    requests: /^plain POST \/sub$|^rest POST \/looking\/7$/,
    reason: 'pecan raises RuntimeError for a POST without the slash, the client gets 500',
    ours: bad,
  },
  {
    requests: /^plain PUT \/sub$|^rest (PUT|PATCH|DELETE) \/looking\/7$/,
    reason: 'pecan redirects, and clients follow with a GET: what they sent is lost',
    ours: bad,
  },
  {
    requests: /^rest GET \/looking\/7\/$/,
    reason: 'pecan redirects to the same URL for ever',
    ours: asJson('found.index', '7'),
  },
  {
    requests: /^plain GET \/forms with {"accept":"text\/html,app/,
    reason: 'the default is the first one wherever nothing else decides; in pecan here it is the last',
    ours: { status: 200, type: 'application/json', json: 'forms' },
  },
  {
    requests: /^plain GET \/ with {"accept":"application\/json"}$/,
    reason: 'says what there is',
    ours: {
      status: 406,
      type: 'application/json',
      json: {
        code: 406,
        title: 'Not Acceptable',
        description: 'None of the accepted types is here: there is text/html.',
      },
    },
  },
  {
    requests: /^plain GET \/missing with {"accept":"application\/json"}$/,
    reason: 'pecan has null here and an empty string elsewhere',
    ours: { status: 404, type: 'application/json', json: { code: 404, title: 'Not Found', description: '' } },
  },
  {
    requests: /^plain GET \/conflict with {"accept":"application\/json, text\/html"}$/,
    reason: 'of equal types the client names one first: that is what it wants',
    ours: { status: 409, type: 'application/json', json: { code: 409, title: 'Conflict', description: 'taken' } },
  },
  {
    requests: /^rest HEAD \/(things(\/|\/1|\/measures|\/1\/measures|\/1\/books|\/1\/books\/2)?|readonly\/1)$/,
    reason: 'RFC 9110 §9.3.2: HEAD is GET without the body, wherever there is GET',
    ours: { status: 200, type: 'application/json', text: '' },
  },
  {
    requests: /^rest HEAD \/things\/(1\/2|thing\/1|1\/thing)$/,
    reason: 'RFC 9110 §9.3.2: HEAD is GET without the body, where that is 404',
    ours: missing,
  },
  {
    requests: /^(plain HEAD \/generic\/strict|rest HEAD \/write)$/,
    reason: 'the answer to HEAD has the type that the answer to GET has; WebOb gives another one',
    ours: (theirs) => ({ ...theirs, type: plain }),
  },
  {
    requests: /^rest (?!GET|HEAD)[A-Z]+ \/(things|readonly\/1)/,
    reason: 'Allow has HEAD where it has GET',
    ours: withHead,
  },
  {
    requests: /^(rest|override) GET \/things(\/1)?\?_method=/,
    reason: 'a method is only overridden where the app says so, and then by POST',
    ours: (_theirs, path) => (path.startsWith('/things/1') ? asJson('get_one', '1') : asJson('get_all')),
  },
  {
    requests: /^rest GET \/lists/,
    reason: 'pecan wants a segment for every argument, also for one that may be missing',
    ours: (_theirs, path) => listAnswers[path] ?? {},
  },
  {
    requests: /^secure GET \/vault with {}$|^secure GET \/vault$/,
    reason: 'who may not see it is not told where it is',
    ours: { status: 401, type: plain },
  },
]

describe('object dispatch as pecan', () => {
  const met = new Set<Departure>()

  it.each([
    ['row 41: an app of a root, hooks and renderers', ['plain', 'guessing', 'lenient', 'json', 'hooks']],
    ['row 42: RestController, _lookup, _custom_actions and expose', ['rest', 'override', 'secure']],
  ])('%s', async (_name, names) => {
    for (const row of golden.filter(({ app }) => names.includes(app))) {
      const { app, method, path, headers } = row
      const name = `${app} ${method} ${path}${headers === undefined ? '' : ` with ${JSON.stringify(headers)}`}`
      const ours = await answer(row)
      const departure = departures.find(({ requests }) => requests.test(name))
      const expected = departure === undefined ? row.answer : oursOf(departure, row)
      if (departure === undefined || isDeepStrictEqual(ours, row.answer)) {
        expect(ours, name).toEqual(row.answer)
        continue
      }
      met.add(departure)
      expect(ours, `${name}: ${departure.reason}`).toEqual(expected)
    }
  })

  it('has no departure that no request shows', () => {
    expect(departures.filter((departure) => !met.has(departure)).map(({ reason }) => reason)).toEqual([])
  })
})

function oursOf({ ours }: Departure, { answer, path }: Row): Answer {
  return typeof ours === 'function' ? ours(answer, path) : ours
}
