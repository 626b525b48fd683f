// Differences as code: texts of a database that mean something else in JavaScript.
import { expect, it } from 'vitest'
import type { Difference } from '../../../src/db/schema/compare.ts'
import { renderDifferences } from '../../../src/db/schema/render.ts'
import type { ColumnShape } from '../../../src/db/schema/shape.ts'

const column: ColumnShape = {
  name: "it's",
  type: { kind: 'other', text: "enum('${x}','`','\\\\')" },
  isNullable: false,
  default: { kind: 'value', value: 'one\r\ntwo\\' },
  isAutoIncrement: false,
}
const difference: Difference = { kind: 'drop_column', table: 'documents', column, text: '' }

it('the code of a column says its name, type and default as the database has them', async () => {
  const { downgrade } = renderDifferences([difference])
  const said: unknown[] = []
  const builder = {
    alterTable: () => builder,
    addColumn(name: string, type: string, build: (column: object) => object) {
      said.push(name, type)
      build({ notNull: () => ({ defaultTo: (value: string) => said.push(value) }) })
      return builder
    },
    execute: () => undefined,
  }
  const text = `export const migrate = async (db, context) => {\n${downgrade}\n}`
  const module = (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as {
    migrate: (...parameters: unknown[]) => Promise<void>
  }
  const sql = (parts: TemplateStringsArray): string => parts.join('?')
  await module.migrate({ schema: builder }, { dialect: 'sqlite', sql })
  expect(said).toEqual([column.name, "enum('${x}','`','\\\\')", 'one\r\ntwo\\'])
})
