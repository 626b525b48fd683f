// Generated maps: the tree finds what a list of regular expressions in Routes' order finds, URLs lead back to what
// they were made of, and what is told to be unreachable is.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Mapper, shadowedRoutes } from '../../../src/api/index.ts'

/** A piece of a path: how a route writes it, and the expression that Routes makes of it. */
interface Piece {
  readonly path: string
  readonly expression: string
}

const word = fc.constantFrom('a', 'b', 'ab', 'a.b', 'a-', '.')
const text = word.map((text): Piece => ({ path: text, expression: text.replaceAll('.', String.raw`\.`) }))
const free: Piece = { path: '{}', expression: '([^/]+?)' }
const format: Piece = { path: '{.}', expression: String.raw`(?:\.([^/.]+?))??` }
const star: Piece = { path: '*()', expression: String.raw`([\s\S]+?)` }
const required = fc
  .constantFrom(String.raw`\d+`, String.raw`\d*`, '[ab]+', '.*', '[a/]+', '(?:a|b1)', 'a(b)?', '[^.]+', '[^/1]+', '.*?')
  .map((source): Piece => ({ path: `{:${source}}`, expression: `(${source.replaceAll('(b)', '(?:b)')})` }))

const segment = fc.array(
  fc.oneof({ weight: 4, arbitrary: text }, { weight: 4, arbitrary: fc.constant(free) }, fc.constant(format), required),
  {
    minLength: 0,
    maxLength: 4,
  },
)
const pieces = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.option(fc.nat(8)))
  .map(([segments, starAt]) => {
    const all = segments.flatMap((segment) => [{ path: '/', expression: '/' }, ...segment])
    if (starAt !== null) all.splice(Math.max(1, Math.min(starAt, all.length)), 0, star)
    return all
  })

interface Made {
  readonly path: string
  readonly expression: RegExp
  readonly prefix: number
  readonly names: readonly string[]
}

/** The same route for both sides. */
function made(pieces: readonly Piece[]): Made {
  const names: string[] = []
  const named = pieces.map(({ path }) => {
    const name = `v${names.length}`
    const written = path.replace(/^\{(\.?)/u, `{$1${name}`).replace('()', `(${name})`)
    if (written !== path) names.push(name)
    return written
  })
  const first = pieces.findIndex(({ path }) => /[{*]/u.test(path))
  const prefix = pieces.slice(0, first === -1 ? undefined : first).map(({ path }) => path)
  return {
    path: named.join(''),
    expression: new RegExp(`^${pieces.map(({ expression }) => expression).join('')}$`),
    prefix: prefix.join('').replace(/\/+$/u, '').length,
    names,
  }
}

const routes = fc.array(pieces.map(made), { minLength: 1, maxLength: 8 })
const method = fc.constantFrom('GET', 'PUT')
const methods = fc.option(method, { nil: undefined })
const path = fc
  .array(fc.constantFrom('a', 'b', 'ab', '1', '.', '-', '/', '/', '/'), { maxLength: 12 })
  .map((parts) => `/${parts.join('')}`)

function mapOf(routes: readonly Made[], methodsOf: readonly (string | undefined)[] = []): Mapper {
  const map = new Mapper()
  for (const [index, { path }] of routes.entries()) {
    map.connect(String(index), path, { conditions: { method: methodsOf[index] } })
  }
  return map
}

function found(map: Mapper, method: string, path: string): unknown {
  const match = map.match(method, path)
  return match === null ? null : [match.name, { ...match.params }]
}

describe('a map', () => {
  it('finds what a list of expressions finds', () => {
    fc.assert(
      fc.property(
        routes,
        fc.array(methods, { minLength: 8, maxLength: 8 }),
        method,
        fc.array(path, { minLength: 8, maxLength: 8 }),
        (routes, methodsOf, method, paths) => {
          const map = mapOf(routes, methodsOf)
          const ordered = [...routes.entries()].toSorted(([, a], [, b]) => b.prefix - a.prefix)
          for (const path of paths) {
            const first = ordered.find(
              ([index, { expression }]) => [undefined, method].includes(methodsOf[index]) && expression.test(path),
            )
            const values = first?.[1].expression.exec(path)?.slice(1) ?? []
            const params = first?.[1].names.flatMap((name, index) =>
              values[index] === undefined ? [] : [[name, values[index]]],
            )
            const expected = first === undefined ? null : [String(first[0]), Object.fromEntries(params ?? [])]
            expect(found(map, method, path), path).toEqual(expected)
          }
        },
      ),
      { numRuns: 600 },
    )
  })

  it('makes of a match the URL that leads to it', () => {
    const encoded = fc
      .array(fc.constantFrom('a', 'b', '1', '.', '-', '/', '/', '%20', '%C3%A9', '%25', "'", '(', '~'), {
        maxLength: 10,
      })
      .map((parts) => `/${parts.join('')}`)
    fc.assert(
      fc.property(routes, fc.array(encoded, { minLength: 8, maxLength: 8 }), (routes, paths) => {
        const map = mapOf(routes)
        for (const path of paths) {
          const match = map.match('GET', path)
          // An empty value of an expression has a URL, which a value of a format has not.
          if (match === null || match.name === null) continue
          // Two slashes at the start would be another host, so the second is encoded.
          if (path.startsWith('//')) continue
          const url = map.url(match.name, match.params)
          expect(decodeURIComponent(url)).toBe(decodeURIComponent(path))
          expect(found(map, 'GET', url), url).toEqual([match.name, { ...match.params }])
        }
      }),
      { numRuns: 300 },
    )
  })

  it('takes any value of a variable and gives it back', () => {
    const map = new Mapper()
    map.connect('message', '/messages/{id}')
    map.resource('part', 'parts', { pathPrefix: 'messages/{message_id}' })
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (id) => {
        expect(map.match('GET', map.url('message', { id }))?.params.id).toBe(id)
        if (id.endsWith('\\')) return
        expect(map.match('GET', map.url('part', { message_id: id, id }))?.params).toEqual({ message_id: id, id })
      }),
    )
  })

  it('never reaches what it calls shadowed', () => {
    fc.assert(
      fc.property(
        routes,
        fc.array(methods, { minLength: 8, maxLength: 8 }),
        fc.array(path, { minLength: 20, maxLength: 20 }),
        (routes, methodsOf, paths) => {
          const map = mapOf(routes, methodsOf)
          const names = new Set(shadowedRoutes(map.routes).map(({ route }) => route.name))
          for (const path of paths) {
            const reached = ['GET', 'PUT', 'HEAD'].map((method) => map.match(method, path)?.name ?? '')
            expect(reached.filter((name) => names.has(name))).toEqual([])
          }
        },
      ),
    )
  })

  it('survives every path', () => {
    const map = mapOf([])
    map.resource('message', 'messages')
    map.connect('/{a}{.f}/*rest')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (path) => {
        try {
          map.match('GET', path)
        } catch (error) {
          expect(error).toMatchObject({ status: 400 })
        }
      }),
    )
  })
})

describe('long paths', () => {
  // Expressions with as many free variables would take longer than anyone lives.
  it.each([
    ['/{a}-{b}-{c}-{d}-{e}-{f}.xml', '-'],
    ['/{a}{b}{c}{d}{e}{f}{g}.xml', 'a'],
    ['/*a/*b/*c/*d/*e/x.xml', '/'],
    ['/{a}{.b}{.c}{.d}/x', '.a'],
    ['/*a-{b}/*c-{d}.xml', '-/'],
    ['/{a}.{b}{.c}.{d}x', '.'],
  ])('are no burden to %j', (route, piece) => {
    const map = new Mapper()
    map.connect('free', route)
    expect(map.match('GET', `/${piece.repeat(8000)}!`)).toBeNull()
  })

  it('and many dots and slashes are none to a map of many routes', () => {
    const map = new Mapper()
    for (let index = 0; index < 200; index += 1) map.resource(`m${index}`, `c${index}`)
    const names = ['.', '/', 'c1.', 'c1/'].map((piece) => map.match('GET', `/${piece.repeat(8000)}`)?.name ?? null)
    expect(names).toEqual([null, null, 'formatted_c1', null])
  })
})
