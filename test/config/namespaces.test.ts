import { describe, expect, test } from 'vitest'
import { int, str } from '../../src/config/declare.ts'
import { group } from '../../src/config/index.ts'
import { namespaceOf, selectNamespaces } from '../../src/config/namespaces.ts'

const options = { a: int() }
const api = group('api', options, { help: 'The API' })

describe('an entry point may lead to', () => {
  test.each<[string, unknown, [string, string | null, string[]][]]>([
    ['a group', api, [['api', 'The API', ['a']]]],
    [
      'a list of groups',
      [api, group('b', {})],
      [
        ['api', 'The API', ['a']],
        ['b', null, []],
      ],
    ],
    ['a function of a list', () => [api], [['api', 'The API', ['a']]]],
    ['a function of a promise', async () => api, [['api', 'The API', ['a']]]],
    [
      'pairs of a name and options',
      [
        ['x', options],
        [null, { name: str(), options: str() }],
      ],
      [
        ['x', null, ['a']],
        ['DEFAULT', null, ['name', 'options']],
      ],
    ],
    ['a pair of a group and more options', [api, { b: str() }], [['api', 'The API', ['b']]]],
    ['one pair', ['x', options], [['x', null, ['a']]]],
    ['nothing', [], []],
  ])('%s', async (_what, given, groups) => {
    const { name, groups: found } = await namespaceOf('shop', given)
    expect(name).toBe('shop')
    expect(found.map((one) => [one.name, one.help, Object.keys(one.options)])).toEqual(groups)
  })

  test.each([[42], [null], ['api'], [[42]], [{ name: 'x', options: { a: 1 } }], [['x', []]], [[api, 42]]])(
    'not to %j',
    async (given) => {
      await expect(namespaceOf('shop', given, { file: 'setup.cfg', line: 3 })).rejects.toMatchObject({
        code: 'SLIPWAY_CONFIG_DECLARATION',
        message: 'entry point "shop" leads to no group of options',
        where: { file: 'setup.cfg', line: 3 },
      })
    },
  )
})

describe('namespaces are selected', () => {
  const offered = [
    { name: 'shop', groups: [api] },
    { name: 'shop.db', groups: [] },
  ]

  test('all, when none is named', () => {
    expect(selectNamespaces([], offered)).toEqual({ namespaces: offered, problems: [] })
  })

  test('by name, each once; a name that is not offered is a warning with the close ones', () => {
    const { namespaces, problems } = selectNamespaces(['shop.db', 'shpo', 'shop.db'], offered)
    expect(namespaces).toEqual([offered[1]])
    expect(problems).toMatchObject([
      {
        severity: 'warning',
        code: 'SLIPWAY_CONFIG_UNKNOWN',
        message: 'no options are offered under the namespace "shpo"',
        alternatives: ['shop'],
        hint: 'there are: shop, shop.db',
      },
    ])
  })
})
