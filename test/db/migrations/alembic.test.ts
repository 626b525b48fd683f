// What alembic answered (test/golden/alembic.py records it) beside what this package answers: graphs, targets, plans,
// scripts. Where we differ on purpose, the table below says why.
import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import type { DialectName } from '../../../src/db/migrations/contract.ts'
import { ancestorsOf, buildGraph, isBranchPoint, type RevisionGraph } from '../../../src/db/migrations/graph.ts'
import { historyOf } from '../../../src/db/migrations/history.ts'
import { renderDowngrade, renderStamp, renderUpgrade } from '../../../src/db/migrations/offline.ts'
import { currentHeads, planDowngrade, planStamp, planUpgrade } from '../../../src/db/migrations/plan.ts'
import { resolveRevisions } from '../../../src/db/migrations/targets.ts'
import { isSlipwayError } from '../../../src/errors.ts'
import { faultOf } from '../../fault.ts'
import { type RecordedRevision, revision } from './revisions.ts'

type Verb = 'upgrade' | 'downgrade' | 'stamp'
type Answer = readonly string[] | string | { readonly error: string } | { readonly crash: string }

interface RecordedRun {
  readonly rows: readonly string[]
  readonly current: readonly string[]
  readonly upgrade: Readonly<Record<string, number>>
  readonly downgrade: Readonly<Record<string, number>>
  readonly stamp: Readonly<Record<string, number>>
}

interface RecordedGraph {
  readonly revisions: readonly RecordedRevision[]
  readonly heads: readonly string[]
  readonly realHeads: readonly string[]
  readonly bases: readonly string[]
  readonly labels: Readonly<Record<string, readonly string[]>>
  readonly branchPoints: readonly string[]
  readonly history: readonly string[]
  readonly show: Readonly<Record<string, number>>
  readonly ranges: Readonly<Record<string, number>>
  readonly runs: readonly RecordedRun[]
  readonly unknown: Readonly<Record<Verb, number>>
}

interface Recorded {
  readonly answers: readonly Answer[]
  readonly graphs: Readonly<Record<string, RecordedGraph>>
  readonly broken: Readonly<Record<string, { readonly revisions: readonly RecordedRevision[]; readonly error: string }>>
  readonly scripts: readonly {
    readonly dialect: DialectName
    readonly verb: Verb
    readonly target: string
    readonly sql?: string
    readonly error?: string
  }[]
}

const recorded = JSON.parse(readFileSync(new URL('../../golden/alembic.json', import.meta.url), 'utf-8')) as Recorded

interface Question {
  readonly verb: Verb | 'show' | 'history'
  readonly target: string
  readonly rows: readonly string[]
}

interface Departure {
  readonly why: string
  applies(question: Question, theirs: Answer): boolean
}

const isError = (answer: Answer, text: string) =>
  typeof answer === 'object' && 'error' in answer && answer.error.includes(text)

/** Where we answer otherwise, each with the reason. */
const departures: readonly Departure[] = [
  {
    why: 'alembic ends with an AssertionError or a KeyError; we refuse in words, or do what is meant',
    applies: (_, theirs) => typeof theirs === 'object' && 'crash' in theirs,
  },
  {
    why: 'a branch that is not there is refused always; alembic looks at it only when it needs it',
    applies: ({ target }) => target.startsWith('nope@'),
  },
  {
    why: '`show` and `stamp` take id+N too',
    applies: ({ verb, target }) => (verb === 'show' || verb === 'stamp') && /^\w+[+-]\d+$/u.test(target),
  },
  {
    why: '-N below the base is refused; to alembic it is the base',
    applies: ({ verb, target }) => verb === 'show' && target.endsWith('-99'),
  },
  {
    why: 'a stamp with -N is refused always; alembic counts from the heads when the table is empty, else it refuses',
    applies: ({ verb, target }) => verb === 'stamp' && /^(?:\w+@)?[+-]\d+$/u.test(target),
  },
  {
    why: 'stamp says of several heads what upgrade says',
    applies: ({ verb }, theirs) => verb === 'stamp' && isError(theirs, 'Multiple heads are present'),
  },
  {
    why: 'label@heads of heads that depend on each other is all of them; alembic refuses it as an overlap',
    applies: ({ target }, theirs) => target.endsWith('@heads') && isError(theirs, 'overlaps with'),
  },
  {
    why: 'downgrade to label@name looks for the name on that branch; alembic for the name alone',
    applies: ({ verb, target }) => verb === 'downgrade' && /@(?!base|[+-])/u.test(target),
  },
  {
    why: 'downgrade -N from several rows is refused; alembic takes the first that the database gives, and warns',
    applies: ({ verb, target, rows }) => verb === 'downgrade' && rows.length > 1 && /^-\d+$/u.test(target),
  },
]

const used = new Set<Departure>()

/**
 * Where the last of two that one revision needs comes with the other, alembic writes a row for each, and later refuses
 * the table that it has written ("overlaps with other requested revisions"): here such a row is not written.
 */
function withoutImplied(graph: RevisionGraph, answer: Answer): Answer {
  if (!Array.isArray(answer)) return answer
  return (answer as readonly string[]).map((line) => {
    const [id = '', text] = line.split(': ')
    if (text === undefined) return line
    const nodes = text.split(' ').flatMap((row) => graph.nodes.get(row) ?? [])
    const implied = ancestorsOf(nodes.flatMap(({ needs }) => needs))
    return `${id}: ${idsOf(nodes.filter((node) => !implied.has(node))).join(' ')}`
  })
}

/** The answer of this package, written as the recorded ones. */
function answerOf(ask: () => readonly string[] | string): Answer {
  try {
    return ask()
  } catch (error) {
    if (isSlipwayError(error) && error.original !== null) return { error: error.original }
    throw error
  }
}

function compare(
  question: Question,
  number: number | undefined,
  ask: () => readonly string[] | string,
  mend: (theirs: Answer) => Answer = (theirs) => theirs,
): void {
  const theirs = recorded.answers[number ?? -1]
  if (theirs === undefined) throw new Error(`nothing is recorded for ${JSON.stringify(question)}`)
  const ours = answerOf(ask)
  const departure = departures.find((one) => one.applies(question, theirs))
  if (departure) used.add(departure)
  else expect(ours, JSON.stringify(question)).toEqual(mend(theirs))
}

const idsOf = (nodes: Iterable<{ readonly id: string }>) => Array.from(nodes, ({ id }) => id).sort()
const rowsOf = (rows: readonly string[]) => rows.toSorted().join(' ')

function planned(graph: RevisionGraph, { verb, target, rows }: Question): readonly string[] | string {
  if (verb === 'stamp') return rowsOf(planStamp(graph, [target], rows).at(-1)?.after ?? rows)
  const plan = verb === 'upgrade' ? planUpgrade : planDowngrade
  return plan(graph, target, rows).map(({ revision: { id }, after }) => `${id}: ${rowsOf(after)}`)
}

describe.each(Object.entries(recorded.graphs))('the graph "%s"', (_, record) => {
  const graph = buildGraph(record.revisions.map(revision))

  it('has the heads, bases, labels and branch points that alembic finds', () => {
    expect(idsOf(graph.heads)).toEqual(record.heads)
    expect(idsOf(graph.realHeads)).toEqual(record.realHeads)
    expect(idsOf(graph.bases)).toEqual(record.bases)
    expect(idsOf(Array.from(graph.nodes.values()).filter(isBranchPoint))).toEqual(record.branchPoints)
    const labelled = Array.from(graph.nodes.values()).filter(({ labels }) => labels.size > 0)
    expect(Object.fromEntries(labelled.map(({ id, labels }) => [id, [...labels].sort()]))).toEqual(record.labels)
  })

  it('is told in the same order', () => {
    expect(historyOf(graph, null).map(({ id }) => id)).toEqual(record.history)
    for (const [range, number] of Object.entries(record.ranges)) {
      const question: Question = { verb: 'history', target: range, rows: [] }
      compare(question, number, () => historyOf(graph, range).map(({ id }) => id))
    }
  })

  it('has the same revisions behind each name', () => {
    for (const [target, number] of Object.entries(record.show)) {
      compare({ verb: 'show', target, rows: [] }, number, () => idsOf(resolveRevisions(graph, target)))
    }
  })

  it.each(record.runs.map((run) => [rowsOf(run.rows) || 'the base', run] as const))(
    'is walked the same way from %s',
    (_, run) => {
      expect(idsOf(currentHeads(graph, run.rows))).toEqual(run.current)
      for (const verb of ['upgrade', 'downgrade', 'stamp'] as const) {
        for (const [target, number] of Object.entries(run[verb])) {
          const question = { verb, target, rows: run.rows }
          compare(
            question,
            number,
            () => planned(graph, question),
            (theirs) => (verb === 'downgrade' ? withoutImplied(graph, theirs) : theirs),
          )
        }
      }
    },
  )

  it('does not hide that the database is elsewhere', () => {
    const rows = ['ffff9']
    for (const [verb, target] of [
      ['upgrade', 'heads'],
      ['downgrade', 'base'],
      ['stamp', 'heads'],
    ] as const) {
      expect(faultOf(() => planned(graph, { verb, target, rows })).code).toBe('SLIPWAY_DB_VERSION')
      compare({ verb, target, rows }, record.unknown[verb], () => planned(graph, { verb, target, rows }))
    }
  })
})

describe('revisions that do not fit', () => {
  it.each(Object.entries(recorded.broken))('%s', (name, { revisions, error }) => {
    const fault = faultOf(() => buildGraph(revisions.map(revision)))
    expect(fault.code).toBe('SLIPWAY_DB_GRAPH')
    // Of a revision that is missing alembic says the id alone; which of two labels it finds first is luck.
    const words: Readonly<Record<string, string>> = {
      missing: 'Revision nope referenced from aaaa1',
      'label twice': "Branch name 'shop' in revision bbbb2 already used by revision aaaa1",
    }
    expect(fault.original).toContain(words[name] ?? error)
  })
})

describe('a script', () => {
  const { diamond } = recorded.graphs
  const graph = buildGraph((diamond?.revisions ?? []).map((one) => revision({ ...one, ...sqlOf(one.id) })))

  it.each(recorded.scripts)('of $verb $target for $dialect', async ({ dialect, verb, target, sql, error }) => {
    const options = { dialect }
    const ask =
      verb === 'stamp'
        ? renderStamp(graph, [target], options)
        : (verb === 'upgrade' ? renderUpgrade : renderDowngrade)(graph, target, options)
    const ours = await ask.catch((fault: unknown) => (isSlipwayError(fault) ? fault.original : Promise.reject(fault)))
    if (error !== undefined) expect(ours).toBe(error)
    else expect(simplified(ours ?? '', dialect)).toEqual(simplified(sql ?? '', dialect))
  })
})

/** What the files of the recording do. */
function sqlOf(id: string) {
  return {
    upgrade: (db) => db.schema.createTable(`t_${id}`).addColumn('id', 'integer').execute(),
    downgrade: (db) => db.schema.dropTable(`t_${id}`).execute(),
  } satisfies Partial<Parameters<typeof revision>[0]>
}

/**
 * Statements without quotes, letter case and space: kysely's and SQLAlchemy's ways to write the same. SQLite has
 * transactions around each migration here; alembic leaves them out there.
 */
function simplified(script: string, dialect: DialectName): string[] {
  return script
    .replaceAll(/["`]/gu, '')
    .replaceAll(' RETURNING alembic_version.version_num', '')
    .replaceAll('alembic_version.version_num', 'version_num')
    .split('\n\n')
    .map((part) =>
      part
        .replaceAll(/\s*([(),=])\s*/gu, '$1')
        .replaceAll(/\s+/gu, ' ')
        .trim()
        .toLowerCase(),
    )
    .filter((part) => part !== '' && !(dialect === 'sqlite' && /^(?:begin|commit);$/u.test(part)))
}

afterAll(() => {
  const stale = departures.filter((one) => !used.has(one)).map(({ why }) => why)
  expect(stale, 'departures that no recorded answer needs').toEqual([])
})
