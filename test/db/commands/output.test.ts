// What the commands print of revisions, beside what alembic prints (test/golden/alembic-output.py records it).
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Shop, type ShopRevision } from './shop.ts'

interface Recorded {
  readonly graphs: readonly {
    readonly name: string
    readonly current: string
    readonly revisions: readonly {
      readonly id: string
      readonly down: string | readonly string[] | null
      readonly labels: readonly string[]
      readonly depends: readonly string[]
      readonly message: string
    }[]
    readonly outputs: Readonly<Record<string, string | { readonly error: string }>>
  }[]
}

const file = new URL('../../golden/alembic-output.json', import.meta.url)
const recorded = JSON.parse(readFileSync(file, 'utf-8')) as Recorded

/** Where alembic fails with an error of its own code, by graph and command: what is printed instead. */
const departures: Readonly<Record<string, string>> = {
  // An AssertionError without a word: the range begins on one branch and ends on all. Ours shows the branch.
  'branches: history -r b2b2:': 'b2b2 -> d4d4 (expand) (effective head), add owner\na1a1 -> b2b2 (expand), add size\n',
  'dependency: history -r b2b2:': 'a1a1 -> b2b2 (main) (effective head), add size\n',
}

describe.each(recorded.graphs)('of the graph "$name"', ({ name, current, revisions, outputs }) => {
  const files = revisions.map(({ id, down, labels, depends, message }): ShopRevision => {
    return { id, down, labels, dependsOn: depends, message }
  })

  it.each(Object.entries(outputs))('%s prints what alembic prints', async (words, expected) => {
    const shop = new Shop(files)
    expect(await shop.run(['upgrade', current])).toMatchObject({ status: 0 })
    const { stdout } = await shop.run(words)
    const printed = stdout.replaceAll(`${shop.folder}/migrations/`, '')
    const wanted = typeof expected === 'string' ? expected : departures[`${name}: ${words}`]
    // Of branches alembic takes the order of the folder's listing, which is nobody's.
    if (name === 'line') expect(printed).toBe(wanted)
    else expect(parts(printed)).toEqual(parts(wanted ?? ''))
  })
})

function parts(text: string): string[] {
  return text
    .split(/\n(?=Rev:)|\n/u)
    .map((one) => one.replace(/^Branches into: (.*)$/u, (_, ids: string) => ids.split(', ').toSorted().join(', ')))
    .toSorted()
}

describe('history', () => {
  const files: ShopRevision[] = [{ id: 'a1a1' }, { id: 'b2b2', down: 'a1a1' }, { id: 'c3c3', down: 'b2b2' }]

  it.each([
    ['a1a1:b2b2', ['b2b2', 'a1a1']],
    ['-2:current', ['b2b2', 'a1a1']],
    ['current:', ['c3c3', 'b2b2']],
    ['base:heads', ['c3c3', 'b2b2', 'a1a1']],
  ])('-r %s shows a part', async (range, ids) => {
    const shop = new Shop(files)
    await shop.run('upgrade b2b2')
    const shown = JSON.parse((await shop.run(['history', '-r', range, '--json'])).stdout) as { revision: string }[]
    expect(shown.map(({ revision }) => revision)).toEqual(ids)
  })

  it('does not need the database unless it is asked about it', async () => {
    const shop = new Shop(files, {}, 'postgresql://127.0.0.1:1/shop')
    expect((await shop.run('history')).status).toBe(0)
    expect((await shop.run('heads --json')).status).toBe(0)
    expect((await shop.run('history -i')).status).toBe(69)
  })

  it('refuses what is no range', async () => {
    const { status, stderr } = await new Shop(files).run('history -r a1a1')
    expect(status).toBe(64)
    expect(stderr).toContain('"a1a1" is no range')
  })
})

describe('show', () => {
  it('of a revision that is not there offers close ones', async () => {
    const { status, stderr } = await new Shop([{ id: 'a1b2c3' }]).run('show a1b2c4')
    expect(status).toBe(64)
    expect(stderr).toContain('close names: a1b2c3')
  })
})
