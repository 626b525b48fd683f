// The graph by itself: names, orders and sizes that the recorded answers of alembic (alembic.test.ts) do not hold.
import { describe, expect, it } from 'vitest'
import type { Revision } from '../../../src/db/migrations/contract.ts'
import {
  ancestorsOf,
  buildGraph,
  descendantsOf,
  isBranchPoint,
  isHead,
  isMergePoint,
  newestFirst,
} from '../../../src/db/migrations/graph.ts'
import { historyOf } from '../../../src/db/migrations/history.ts'
import { planDowngrade, planUpgrade } from '../../../src/db/migrations/plan.ts'
import { resolveRevision } from '../../../src/db/migrations/targets.ts'
import { faultOf } from '../../fault.ts'
import { revision } from './revisions.ts'

/** A trunk, from it 20 branches, joined one after the other; then a last stretch. Each branch depends on the one before. */
function large(size: number): Revision[] {
  const id = (number: number) => `rev${String(number).padStart(6, '0')}`
  const [branches, trunk] = [20, Math.floor(size / 10)]
  const length = Math.floor((size - 2 * trunk - branches) / branches)
  const list: Revision[] = []
  const add = (down: readonly string[], more: { labels?: string; depends?: string } = {}) => {
    const made = revision({ id: id(list.length), down, ...more })
    list.push(made)
    return made.id
  }
  const line = (from: string | null, count: number, label?: string, depends?: string) => {
    let top = from
    for (let step = 0; step < count; step += 1) {
      const first = step === 0 ? { ...(label && { labels: label }), ...(depends && { depends }) } : {}
      top = add(top === null ? [] : [top], first)
    }
    return top ?? ''
  }
  const root = line(null, trunk)
  const tips: string[] = []
  for (let branch = 0; branch < branches; branch += 1) tips.push(line(root, length, `branch${branch}`, tips.at(-1)))
  let [joined = ''] = tips
  for (const tip of tips.slice(1)) joined = add([joined, tip])
  line(joined, size - list.length)
  return list
}

describe('a graph of 500 revisions, with 20 branches and their merges', () => {
  const revisions = large(500)
  const graph = buildGraph(revisions)

  it('knows heads, bases, branch points and merge points', () => {
    expect(revisions.length).toBe(500)
    const nodes = Array.from(graph.nodes.values())
    expect(graph.heads.map(({ id }) => id)).toEqual([revisions.at(-1)?.id])
    expect(graph.bases.map(({ id }) => id)).toEqual([revisions[0]?.id])
    expect(nodes.filter(isBranchPoint).map(({ next }) => next.length)).toEqual([20])
    expect(nodes.filter(isMergePoint).length).toBe(19)
    expect(nodes.filter(isHead).length).toBe(1)
  })

  it('is upgraded in an order in which nothing comes before what it needs, a row for each branch', () => {
    const done = new Set<string>()
    let rows: readonly string[] = []
    for (const { revision: one, before, after } of planUpgrade(graph, 'head', [])) {
      const needs = [...one.down, ...one.dependsOn]
      expect(needs.filter((id) => !done.has(id))).toEqual([])
      expect(before.toSorted()).toEqual(rows.toSorted())
      const applied = [...done, one.id].flatMap((id) => graph.nodes.get(id) ?? [])
      const tips = applied.filter(({ neededBy }) => !neededBy.some(({ id }) => done.has(id) || id === one.id))
      expect(after.toSorted()).toEqual(tips.map(({ id }) => id).sort())
      done.add(one.id)
      rows = after
    }
    expect(done.size).toBe(500)
  })

  it('is downgraded by the same steps the other way round', () => {
    const up = planUpgrade(graph, 'head', [])
    const down = planDowngrade(graph, 'base', [revisions.at(-1)?.id ?? ''])
    expect(down.map(({ revision: { id } }) => id)).toEqual(up.map(({ revision: { id } }) => id).reverse())
    const sorted = (rows: readonly string[] | undefined) => rows?.toSorted()
    expect(down.map(({ after }) => sorted(after))).toEqual(up.map(({ before }) => sorted(before)).reverse())
  })

  it('is told newest first, and a range of it', () => {
    expect(historyOf(graph, null).length).toBe(500)
    const order = new Map(historyOf(graph, null).map(({ id }, index) => [id, index]))
    for (const { id, needs } of graph.nodes.values()) {
      for (const one of needs) expect(order.get(one.id)).toBeGreaterThan(order.get(id) ?? Number.NaN)
    }
    expect(historyOf(graph, '-3:current', ['rev000010']).map(({ id }) => id)).toEqual([
      'rev000010',
      'rev000009',
      'rev000008',
      'rev000007',
    ])
    expect(historyOf(graph, 'rev000001:+2').map(({ id }) => id)).toEqual(['rev000003', 'rev000002', 'rev000001'])
    expect(historyOf(graph, 'current:', ['rev000499']).map(({ id }) => id)).toEqual(['rev000499'])
    expect(historyOf(graph, '-999:rev000001').map(({ id }) => id)).toEqual(['rev000001', 'rev000000'])
  })

  it('gives a label to the whole branch, and to nothing below the branch point', () => {
    const [origin] = Array.from(graph.nodes.values()).filter(({ revision: { labels } }) => labels.includes('branch7'))
    const labelled = Array.from(graph.nodes.values()).filter(({ labels }) => labels.has('branch7'))
    expect(labelled).toEqual(expect.arrayContaining([...descendantsOf(origin ? [origin] : [], 'next')]))
    expect(graph.nodes.get('rev000049')?.labels.size).toBe(0)
    expect(resolveRevision(graph, 'branch7')?.id).toBe(origin?.id)
    expect(resolveRevision(graph, 'branch7@head')?.id).toBe('rev000499')
  })
})

describe('a graph of 10,000 revisions', () => {
  it('is built and planned without looking at everything for each', () => {
    const graph = buildGraph(large(10_000))
    expect(planUpgrade(graph, 'head', []).length).toBe(10_000)
    expect(newestFirst(ancestorsOf(graph.heads)).length).toBe(10_000)
  })
})

describe('a graph tells of', () => {
  it('an id that two files have, with both files', () => {
    const twice = [revision({ id: 'a1' }), { ...revision({ id: 'a1' }), file: 'other/a1.js' }]
    expect(faultOf(() => buildGraph(twice))).toMatchObject({
      code: 'SLIPWAY_DB_GRAPH',
      exitCode: 78,
      message: 'revision "a1" is there twice',
      found: 'the first is in versions/a1.js',
      where: { file: 'other/a1.js' },
      original: 'Revision a1 is present more than once',
    })
  })

  it('a revision that is not there, with the file that names it and the close ids', () => {
    const broken = [revision({ id: 'aaaa1' }), revision({ id: 'bbbb2', down: 'aaab1' })]
    expect(faultOf(() => buildGraph(broken))).toMatchObject({
      message: 'down_revision of revision "bbbb2" names "aaab1", which is not there',
      where: { file: 'versions/bbbb2.js' },
      alternatives: ['aaaa1'],
    })
    const depends = [revision({ id: 'aaaa1', labels: 'shop' }), revision({ id: 'bbbb2', depends: 'shap' })]
    expect(faultOf(() => buildGraph(depends))).toMatchObject({ alternatives: ['shop'] })
  })

  it('a circle, with the revisions and files that are in it and no others', () => {
    const circle = [
      revision({ id: 'base' }),
      revision({ id: 'a1', down: ['base', 'c3'] }),
      revision({ id: 'b2', down: 'a1' }),
      revision({ id: 'c3', down: 'b2' }),
      revision({ id: 'd4', down: 'c3' }),
    ]
    expect(faultOf(() => buildGraph(circle))).toMatchObject({
      message: 'revisions follow each other in a circle: a1 → c3 → b2',
      found: 'versions/a1.js, versions/c3.js, versions/b2.js',
      original: 'Cycle is detected in revisions (a1, b2, c3)',
    })
  })

  it('a target that is close to one, or that is the beginning of several', () => {
    const graph = buildGraph([revision({ id: '1f2e3d' }), revision({ id: '1f2e4c', down: '1f2e3d' })])
    expect(faultOf(() => resolveRevision(graph, '1f2e'))).toMatchObject({
      message: 'several revisions begin with "1f2e"',
      found: '1f2e3d, 1f2e4c',
    })
    expect(faultOf(() => resolveRevision(graph, '1f3e3d')).alternatives).toEqual(['1f2e3d'])
    expect(faultOf(() => resolveRevision(graph, ''))).toMatchObject({ code: 'SLIPWAY_DB_TARGET', exitCode: 64 })
  })

  it('rows of which one comes with the other', () => {
    const graph = buildGraph([revision({ id: 'a1' }), revision({ id: 'b2', down: 'a1' })])
    expect(faultOf(() => planUpgrade(graph, 'head', ['b2', 'a1']))).toMatchObject({
      code: 'SLIPWAY_DB_VERSION',
      message: 'the version table holds "a1" beside "b2"',
      original: 'Requested revision b2 overlaps with other requested revisions a1',
    })
  })
})
