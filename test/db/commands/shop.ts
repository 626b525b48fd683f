// A service of a test: a project with revision files and a database of its own, and its db-manage command, in this
// process with the streams in memory or as a process of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { group, HelpShown, str } from '../../../src/config/index.ts'
import { dbManage } from '../../../src/db/commands/db-manage.ts'
import type { DbManageSetup } from '../../../src/db/commands/setup.ts'
import { type Database, openDatabase } from '../../../src/db/connect.ts'
import { renderFailure } from '../../../src/entrypoints/script-failure.ts'
import { isSlipwayError } from '../../../src/errors.ts'
import { type Outcome, command } from '../../cli/slipway.ts'
import { projectFolder } from '../../entrypoints/project-folder.ts'
import { databaseSettings } from '../settings.ts'

const slipway = fileURLToPath(new URL('../../../', import.meta.url))

/** What a revision file of a test says. */
export interface ShopRevision {
  readonly id: string
  readonly down?: string | readonly string[] | null
  readonly labels?: readonly string[]
  readonly dependsOn?: readonly string[]
  readonly message?: string
  /** Statements of the two functions. */
  readonly upgrade?: string
  readonly downgrade?: string
}

/** Two tables and a column, one after the other. */
export const line: readonly ShopRevision[] = [
  {
    id: 'a1a1',
    message: 'create documents',
    upgrade: `await db.schema.createTable('documents').addColumn('id', 'integer', (c) => c.primaryKey()).execute()`,
    downgrade: `await db.schema.dropTable('documents').execute()`,
  },
  {
    id: 'b2b2',
    down: 'a1a1',
    message: 'add size',
    upgrade: `await db.schema.alterTable('documents').addColumn('size', 'integer').execute()`,
    downgrade: `await db.schema.alterTable('documents').dropColumn('size').execute()`,
  },
  {
    id: 'c3c3',
    down: 'b2b2',
    message: 'create owners',
    upgrade: `await db.schema.createTable('owners').addColumn('id', 'integer', (c) => c.primaryKey()).execute()`,
    downgrade: `await db.schema.dropTable('owners').execute()`,
  },
]

/** What adds and what takes away, as neutron has them. */
export const parted: readonly ShopRevision[] = [
  { id: 'a1a1', message: 'create documents' },
  { id: 'b2b2', down: 'a1a1', labels: ['contract'], message: 'drop length' },
  { id: 'c3c3', down: 'a1a1', labels: ['expand'], message: 'add size' },
  { id: 'd4d4', down: 'b2b2', message: 'drop user' },
]

function renderShopRevision({ id, down = null, labels, dependsOn, ...rest }: ShopRevision): string {
  const { message = `revision ${id}`, upgrade = '', downgrade = '' } = rest
  return `// ${message}
export const revision = ${JSON.stringify(id)}
export const down_revision = ${JSON.stringify(down)}
export const branch_labels = ${JSON.stringify(labels ?? null)}
export const depends_on = ${JSON.stringify(dependsOn ?? null)}
export async function upgrade(db, context) {
  ${upgrade}
}
export async function downgrade(db, context) {
  ${downgrade}
}
`
}

export interface Answers {
  /** What is typed when it asks; nobody is there unless given. */
  readonly answer?: string
  readonly isWatched?: boolean
}

export class Shop {
  readonly folder: string
  /** The URL of the database. */
  readonly url: string
  readonly #setup: DbManageSetup

  constructor(revisions: readonly ShopRevision[], setup: Partial<DbManageSetup> = {}, url?: string) {
    const files = revisions.map((one) => [`migrations/${one.id}.js`, renderShopRevision(one)] as const)
    this.folder = projectFolder({
      'package.json': '{ "name": "shop", "type": "module" }',
      'setup.cfg':
        '[metadata]\nname = shop\n[options]\npackage_dir =\n    shop = .\n[entry_points]\nslipway.migrations =\n    shop = shop.migrations\n',
      'migrations/README': 'revision files',
      'shop-db-manage.js': script,
      ...Object.fromEntries(files),
    })
    this.url = url ?? `sqlite:///${join(this.folder, 'shop.db')}`
    writeFileSync(this.conf, `[DEFAULT]\nregion = north\n[database]\nconnection = ${this.url}\nmax_retries = 0\n`)
    mkdirSync(join(this.folder, 'node_modules'))
    symlinkSync(slipway, join(this.folder, 'node_modules/slipway'))
    this.#setup = { prog: 'shop-db-manage', version: '1.2.3', groups: [shopGroup], from: this.folder, ...setup }
  }

  get conf(): string {
    return join(this.folder, 'shop.conf')
  }

  /** One more revision file, as somebody writes it. */
  add(revision: ShopRevision): void {
    writeFileSync(join(this.folder, `migrations/${revision.id}.js`), renderShopRevision(revision))
  }

  /** In this process. */
  async run(words: string | readonly string[], { answer, isWatched = false }: Answers = {}): Promise<Outcome> {
    const args = ['--config-file', this.conf, ...(typeof words === 'string' ? words.split(' ') : words)]
    let stdout = ''
    let stderr = ''
    const terminal = {
      out: (text: string) => void (stdout += text),
      err: (text: string) => void (stderr += text),
      isWatched,
      ask: answer === undefined ? null : (question: string) => Promise.resolve(((stderr += question), answer)),
      cwd: this.folder,
    }
    try {
      return { status: await dbManage(this.#setup)(args, terminal), stdout, stderr }
    } catch (error) {
      if (error instanceof HelpShown) return { status: 0, stdout: error.output, stderr }
      if (!isSlipwayError(error)) throw error
      return { status: error.exitCode, stdout, stderr: `${stderr}${renderFailure(error, { cwd: this.folder })}\n` }
    }
  }

  /** As a process of its own, of the built command. */
  async spawn(words: string | readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    const args = ['--config-file', this.conf, ...(typeof words === 'string' ? words.split(' ') : words)]
    return command(this.script, args, { cwd: this.folder, env })
  }

  get script(): string {
    return join(this.folder, 'shop-db-manage.js')
  }

  /** A process that goes on until it is told otherwise. */
  start(words: string) {
    const child = spawn(process.execPath, [this.script, '--config-file', this.conf, ...words.split(' ')], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const closed = once(child, 'close') as Promise<[number | null]>
    let hasEnded = false
    void closed.then(() => (hasEnded = true))
    const says = async (text: string): Promise<void> => {
      while (!said.includes(text)) {
        if (hasEnded) throw new Error(`it ended: ${said}`)
        await Promise.race([once(child.stderr, 'data'), closed])
      }
    }
    return { pid: child.pid, closed, says, said: () => said }
  }

  /** Its database, to look into. */
  async database(): Promise<Database<Record<string, Record<string, unknown>>>> {
    const database = await openDatabase<Record<string, Record<string, unknown>>>(
      databaseSettings({ connection: this.url }),
    )
    onTestFinished(() => database.close())
    return database
  }

  /** The names of its tables but the version table. */
  async tables(): Promise<string[]> {
    const { kysely } = await this.database()
    const tables = await kysely.introspection.getTables()
    return tables
      .map(({ name }) => name)
      .filter((name) => name !== 'alembic_version')
      .toSorted()
  }
}

const shopGroup = group('DEFAULT', { region: str({ default: 'south', cli: true }) })

const script = `import { group, str } from 'slipway/config'
import { dbManage } from 'slipway/db-manage'
import { runConsoleScript } from 'slipway/script'
const shop = group('DEFAULT', { region: str({ default: 'south', cli: true }) })
const from = import.meta.dirname
await runConsoleScript(dbManage({ prog: 'shop-db-manage', version: '1.2.3', groups: [shop], from }), { name: 'shop-db-manage' })
`
