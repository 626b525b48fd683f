// The text of a new revision file, and its name: one for the verbs `revision` and `merge` and for `slipway init`.
// Pure.
import { randomBytes } from 'node:crypto'
import { quote } from '../../entrypoints/string-literal.ts'

export interface NewRevision {
  readonly id: string
  readonly message: string
  readonly down: readonly string[]
  readonly labels?: readonly string[]
  readonly dependsOn?: readonly string[]
  readonly created: Date
  /** The ending of the file, which is that of its language. */
  readonly ending: '.ts' | '.mts' | '.js' | '.mjs'
  /** The bodies of the two functions, indented by two; unless given, what one could look like. */
  readonly upgrade?: string
  readonly downgrade?: string
  /** Whole lines, for what the bodies use. */
  readonly imports?: readonly string[]
}

/** Twelve hexadecimal digits, as alembic's. */
export function newRevisionId(): string {
  return randomBytes(6).toString('hex')
}

/** `1f3a9c20b7de_add_documents.js`: the words of the message up to forty characters, as alembic names its files. */
export function revisionFileName({ id, message, ending }: NewRevision): string {
  const words = (message.match(/[\p{L}\p{N}_]+/gu) ?? []).join('_').toLowerCase()
  const slug = words.length > 40 ? words.slice(0, 40).replace(/_[^_]*$/u, '') : words
  return `${slug === '' ? id : `${id}_${slug}`}${ending}`
}

export function renderRevision(revision: NewRevision): string {
  const { id, message, down, labels = [], dependsOn = [], created, imports = [] } = revision
  const { upgrade = examples.upgrade, downgrade = examples.downgrade } = revision
  const isTypeScript = revision.ending.endsWith('ts')
  const types = usesContext(`${upgrade}${downgrade}`) ? 'MigrationContext, MigrationDatabase' : 'MigrationDatabase'
  const lines = [...imports, ...(isTypeScript ? [`import type { ${types} } from 'slipway/db'`] : [])]
  // The first comment stands apart: one before an import that only has types goes with it when it is compiled.
  return `// ${message.split('\n').join('\n// ')}
//
// Revision: ${id}
// Revises: ${down.join(', ')}
// Created: ${created.toISOString().slice(0, 19).replace('T', ' ')}
${lines.length > 0 ? `\n${lines.join('\n')}\n` : ''}
export const revision = ${quote(id)}
export const down_revision = ${listOrOne(down)}
export const branch_labels = ${listOrOne(labels)}
export const depends_on = ${listOrOne(dependsOn)}

${renderFunction('upgrade', upgrade, isTypeScript)}

${renderFunction('downgrade', downgrade, isTypeScript)}
`
}

const examples = {
  upgrade:
    "  // await db.schema.createTable('documents').addColumn('id', 'varchar(36)', (column) => column.primaryKey()).execute()",
  downgrade: "  // await db.schema.dropTable('documents').execute()",
} as const

function renderFunction(name: string, text: string, isTypeScript: boolean): string {
  const words = usesContext(text)
    ? [['db', 'MigrationDatabase'] as const, ['context', 'MigrationContext'] as const]
    : [['db', 'MigrationDatabase'] as const]
  const body = text.trim() === '' ? '  // Nothing to do.' : text.trimEnd()
  if (isTypeScript) {
    const typed = words.map(([word, type]) => `${word}: ${type}`).join(', ')
    return `export async function ${name}(${typed}): Promise<void> {\n${body}\n}`
  }
  const told = words.map(([word, type]) => ` @param {import('slipway/db').${type}} ${word}`)
  const comment = told.length === 1 ? `/**${told[0]} */` : ['/**', ...told.map((one) => ` *${one}`), ' */'].join('\n')
  return `${comment}\nexport async function ${name}(${words.map(([word]) => word).join(', ')}) {\n${body}\n}`
}

function usesContext(text: string): boolean {
  return /\bcontext\b/u.test(text)
}

function listOrOne(ids: readonly string[]): string {
  const [first] = ids
  if (first === undefined) return 'null'
  return ids.length === 1 ? quote(first) : `[${ids.map(quote).join(', ')}]`
}
