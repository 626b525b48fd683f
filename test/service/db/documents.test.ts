// The repository of documents on every database that is there.
import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import { beforeEach, describe, expect, it } from 'vitest'
import { loadGraph } from '../../../src/db/migrations/load-revisions.ts'
import { compareSchema } from '../../../src/db/schema/compare.ts'
import { downgrade, upgrade } from '../../../src/db/migrations/engine.ts'
import {
  createDocument,
  createDocuments,
  deleteDocument,
  type DocumentQuery,
  type DocumentRow,
  findDocument,
  listDocuments,
  updateDocument,
} from '../../../src/service/db/documents.ts'
import { type ServiceTables, tables } from '../../../src/service/db/tables.ts'
import { eachDatabase } from '../../db/databases.ts'

const graph = await loadGraph({ from: import.meta.url })

eachDatabase('the repository of documents', (server) => {
  let db: Kysely<ServiceTables>

  beforeEach(async () => {
    const database = await server.open<ServiceTables>()
    await upgrade(database, graph, 'heads')
    db = database.kysely
  })

  const add = (name: string, project = 'p1'): Promise<DocumentRow> =>
    createDocument(db, { id: randomUUID(), project_id: project, name, content: `of ${name}`, store: 'database' })

  it('finds what was created, within its project', async () => {
    const made = await add('a')
    expect(await findDocument(db, made.id)).toEqual(made)
    expect(await findDocument(db, made.id, 'p1')).toEqual(made)
    expect(await findDocument(db, made.id, 'p2')).toBeNull()
    expect(await findDocument(db, randomUUID())).toBeNull()
  })

  it('takes no other case for the same id or project', async () => {
    const made = await add('a', 'shop')
    expect(await findDocument(db, made.id.toUpperCase())).toBeNull()
    expect(await findDocument(db, made.id, 'SHOP')).toBeNull()
    expect(await listDocuments(db, { projectId: 'Sh\u00F3p' })).toEqual([])
    expect(await listDocuments(db, { projectId: null, filters: { project_id: ['SHOP'] } })).toEqual([])
    expect(await listDocuments(db, { projectId: 'shop' })).toEqual([made])
  })

  it('creates many at once, all or none', async () => {
    const values = (id: string) => ({ id, project_id: 'p1', name: 'a', content: '', store: 'database' })
    const ids = Array.from({ length: 1050 }, () => randomUUID())
    await createDocuments(db, ids.map(values))
    const found = await listDocuments(db, { projectId: 'p1' })
    expect(new Set(found.map(({ id }) => id))).toEqual(new Set(ids))
    const more = [...Array.from({ length: 150 }, () => randomUUID()), ids[0] ?? '']
    await expect(createDocuments(db, more.map(values))).rejects.toThrow()
    expect(await listDocuments(db, { projectId: 'p1' })).toHaveLength(ids.length)
  })

  it('takes the same row twice for one change only', async () => {
    const made = await add('a')
    const first = await updateDocument(db, made, { name: 'b' })
    expect(first?.name).toBe('b')
    expect(await updateDocument(db, made, { name: 'c' })).toBeNull()
    const second = await updateDocument(db, first ?? made, { name: 'd' })
    expect(second?.updated_at?.getTime()).toBeGreaterThan(first?.updated_at?.getTime() ?? Infinity)
    expect(await updateDocument(db, first ?? made, { name: 'e' })).toBeNull()
    expect(await findDocument(db, made.id)).toEqual(second)
  })

  it('lets one of many writers at once through', async () => {
    const made = await add('a')
    const names = Array.from({ length: 8 }, (_, index) => `writer ${index}`)
    const written = await Promise.all(names.map((name) => updateDocument(db, made, { name })))
    const winners = written.filter((row) => row !== null)
    expect(winners).toHaveLength(1)
    expect(await findDocument(db, made.id)).toEqual(winners[0])
  })

  it('keeps the row of a deleted document and shows it to nobody', async () => {
    const made = await add('a')
    expect(await deleteDocument(db, made)).toBe(true)
    expect(await deleteDocument(db, made)).toBe(false)
    expect(await updateDocument(db, made, { name: 'b' })).toBeNull()
    expect(await findDocument(db, made.id)).toBeNull()
    expect(await listDocuments(db, { projectId: null })).toEqual([])
    const [row] = await db.selectFrom('documents').selectAll().execute()
    expect(row).toMatchObject({ id: made.id, deleted: true, deleted_at: expect.any(Date) as Date })
  })

  describe('a list', () => {
    const pageThrough = async (query: Partial<DocumentQuery>): Promise<string[][]> => {
      const pages: string[][] = []
      let marker: DocumentRow | null = null
      for (;;) {
        const page: DocumentRow[] = await listDocuments(db, { projectId: 'p1', limit: 2, ...query, marker })
        if (page.length === 0) return pages
        pages.push(page.map(({ name }) => name))
        marker = (query.isReverse ? page[0] : page.at(-1)) ?? null
      }
    }

    it('is cut into pages that miss none and show none twice', async () => {
      for (const name of ['c', 'a', 'e', 'b', 'd']) await add(name)
      await add('f', 'p2')
      const sorts = [{ column: 'name', direction: 'asc' }] as const
      expect(await pageThrough({ sorts })).toEqual([['a', 'b'], ['c', 'd'], ['e']])
      expect(await pageThrough({ sorts, isReverse: true })).toEqual([['d', 'e'], ['b', 'c'], ['a']])
      const down = [{ column: 'name', direction: 'desc' }] as const
      expect(await pageThrough({ sorts: down })).toEqual([['e', 'd'], ['c', 'b'], ['a']])
    })

    it('has rows without a value first, or last when it is turned round', async () => {
      const rows = [await add('a'), await add('b'), await add('c'), await add('d')]
      for (const index of [2, 0]) await updateDocument(db, rows[index] as DocumentRow, { content: 'x' })
      const names = async (direction: 'asc' | 'desc') => {
        const sorts = [
          { column: 'updated_at', direction },
          { column: 'name', direction: 'asc' },
        ] as const
        return (await pageThrough({ sorts, limit: 1 })).flat()
      }
      expect((await names('asc')).slice(0, 2)).toEqual(['b', 'd'])
      expect((await names('desc')).slice(2)).toEqual(['b', 'd'])
      expect((await names('asc')).slice(2).sort()).toEqual(['a', 'c'])
    })

    it('is of all projects, or of the values that are asked for', async () => {
      await add('a')
      await add('b', 'p2')
      await add('c', 'p3')
      expect(await listDocuments(db, { projectId: null })).toHaveLength(3)
      const found = await listDocuments(db, { projectId: null, filters: { name: ['a', 'c'], project_id: ['p3'] } })
      expect(found.map(({ name }) => name)).toEqual(['c'])
      expect(await listDocuments(db, { projectId: null, filters: { name: [] } })).toEqual([])
    })
  })
})

eachDatabase('the revisions of the service', (server) => {
  it('lead to the tables that are declared', async () => {
    const database = await server.open()
    await upgrade(database, graph, 'heads')
    expect(await compareSchema(database, tables)).toEqual([])
  })

  it('lead up and down again', async () => {
    const database = await server.open()
    await upgrade(database, graph, 'heads')
    await downgrade(database, graph, 'base')
    await upgrade(database, graph, 'heads')
    expect(await listDocuments(database.kysely as unknown as Kysely<ServiceTables>, { projectId: null })).toEqual([])
  })
})
