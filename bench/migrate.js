// What migrating costs: `upgrade head` of 500 revisions on an empty SQLite file, and the same when there is nothing to do,
// process against process beside alembic where Debian's package is installed.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, percent, ratio, spread, table } from './figures.js'

const rounds = Number(process.env.BENCH_ROUNDS ?? 5)
const size = 500
const program = fileURLToPath(new URL('./migrate/upgrade.js', import.meta.url))

export async function migrate() {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
  try {
    const own = writeOwn(join(folder, 'slipway'))
    const runners = { slipway: { command: process.execPath, args: [program, own], cwd: own } }
    const hasAlembic = spawnSync('alembic', ['--help']).status === 0
    if (hasAlembic) {
      const cwd = writeAlembic(join(folder, 'alembic'))
      runners.alembic = { command: 'alembic', args: ['upgrade', 'head'], cwd }
    }
    const missing = hasAlembic
      ? ''
      : 'alembic is not installed here (Debian: alembic), so there is nothing to compare with.\n\n'
    const title = `upgrade head, ${size} revisions on SQLite (${rounds} rounds, Node ${process.version})`
    return `${missing}${table(title, ['run', 'of', 'wall ms', 'ratio to alembic', 'spread'], rowsOf(runners))}`
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Interleaved; ratios of the same round. The first round fills the disk's caches. */
function rowsOf(runners) {
  const names = Object.keys(runners)
  const cases = { 'an empty file': true, 'nothing to do': false }
  const samples = new Map(names.flatMap((name) => Object.keys(cases).map((title) => [`${title} ${name}`, []])))
  for (let round = 0; round <= rounds; round += 1) {
    const turn = names.map((_, index) => names[(index + round) % names.length])
    for (const [title, isEmpty] of Object.entries(cases)) {
      for (const name of turn) {
        const ms = run(runners[name], isEmpty)
        if (round > 0) samples.get(`${title} ${name}`).push(ms)
      }
    }
  }
  return Object.keys(cases).flatMap((title) =>
    names.map((name) => {
      const own = samples.get(`${title} ${name}`)
      const base = samples.get(`${title} alembic`)
      const shown = base ? ratio(median(own.map((ms, round) => ms / base[round]))) : ''
      return [title, name, median(own).toFixed(0), shown, percent(spread(own))]
    }),
  )
}

function run({ command, args, cwd }, isEmpty) {
  const file = join(cwd, 'bench.db')
  for (const name of isEmpty ? [file, `${file}-wal`, `${file}-shm`] : []) rmSync(name, { force: true })
  const begin = performance.now()
  const { status, stderr } = spawnSync(command, args, { cwd, encoding: 'utf-8' })
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr.slice(-2000)}`)
  return performance.now() - begin
}

const idOf = (number) => `r${String(number).padStart(4, '0')}`

function write(file, text) {
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, text)
}

function writeOwn(folder) {
  const group = { 'slipway.migrations': { bench: './migrations' } }
  write(join(folder, 'package.json'), JSON.stringify({ name: 'bench', type: 'module', entryPoints: group }))
  for (let number = 0; number < size; number += 1) {
    const below = number === 0 ? 'null' : `'${idOf(number - 1)}'`
    const text = `// Table ${number}.
export const revision = '${idOf(number)}'
export const down_revision = ${below}

export async function upgrade(db) {
  await db.schema
    .createTable('t${number}')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('name', 'varchar(100)', (column) => column.notNull())
    .execute()
}

export async function downgrade(db) {
  await db.schema.dropTable('t${number}').execute()
}
`
    write(join(folder, 'migrations', `${idOf(number)}.js`), text)
  }
  return folder
}

function writeAlembic(folder) {
  write(join(folder, 'alembic.ini'), '[alembic]\nscript_location = migrations\n')
  const env = `from alembic import context
from sqlalchemy import create_engine

with create_engine("sqlite:///bench.db").connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
`
  write(join(folder, 'migrations', 'env.py'), env)
  for (let number = 0; number < size; number += 1) {
    const below = number === 0 ? 'None' : `"${idOf(number - 1)}"`
    const text = `"""Table ${number}."""
import sqlalchemy as sa
from alembic import op

revision = "${idOf(number)}"
down_revision = ${below}


def upgrade():
    op.create_table(
        "t${number}",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
    )


def downgrade():
    op.drop_table("t${number}")
`
    write(join(folder, 'migrations', 'versions', `${idOf(number)}.py`), text)
  }
  return folder
}
