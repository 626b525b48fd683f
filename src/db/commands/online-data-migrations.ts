// `online_data_migrations`: rows in their new form while the service runs, as nova-manage does it.
import { messageOf, renderDiagnostics } from '../../diagnostic.ts'
import { isSlipwayError } from '../../errors.ts'
import { migrateOnline, type OnlineProgress, type OnlineRow } from '../online.ts'
import type { ChosenOf } from './command-table.ts'
import { renderTable } from './render-table.ts'
import type { Session } from './session.ts'
import type { Terminal } from './terminal.ts'

const batch = 50

/** Of a count that is none; nova-manage's. */
const badCount = 127

export async function onlineDataMigrations(
  session: Session,
  { max_count: written }: ChosenOf<'online_data_migrations'>,
): Promise<number> {
  const { terminal, setup } = session
  const maxCount = written === null ? null : /^\d+$/u.test(written) ? Number(written) : 0
  if (maxCount === 0) {
    terminal.err(`error: "--max-count ${written}" is no number of rows above 0\n`)
    return badCount
  }
  const { kysely } = await session.database()
  if (maxCount === null) terminal.err(`running batches of ${batch} until complete\n`)
  const onBatch = terminal.isWatched ? barOn(terminal) : linesOn(terminal)
  const { rows, status } = await migrateOnline(kysely, setup.online ?? {}, { maxCount, batch, onBatch })
  if (terminal.isWatched && rows.length > 0) terminal.err('\n')
  terminal.out(`${renderRows(rows)}\n`)
  if (status === 2) terminal.err('some migrations failed: see above\n')
  return status
}

function renderRows(rows: readonly OnlineRow[]): string {
  const cells = rows.map(({ name, needed, done }) => [name, String(needed), String(done)])
  return renderTable(['Migration', 'Total Needed', 'Completed'], cells)
}

type Tell = (progress: OnlineProgress) => void

function linesOn(terminal: Terminal): Tell {
  return ({ name, count, error }) => {
    if (error !== null) terminal.err(`${faultOf(name, error)}\n`)
    else if (count.needed > 0) terminal.err(`${count.needed} rows matched query ${name}, ${count.done} migrated\n`)
  }
}

/** One line for each migration, drawn anew after each batch. */
function barOn(terminal: Terminal): Tell {
  let last = ''
  return ({ name, needed, done, error }) => {
    if (last !== '' && last !== name) terminal.err('\n')
    last = name
    const part = needed === 0 ? 1 : Math.min(1, done / needed)
    const bar = '█'.repeat(Math.round(part * width)).padEnd(width, '░')
    terminal.err(`\r\u001B[K${name}  ${bar} ${Math.floor(part * 100)} % (${done} of ${needed})`)
    if (error !== null) terminal.err(`\n${faultOf(name, error)}\n`)
  }
}

const width = 30

function faultOf(name: string, error: unknown): string {
  const text = isSlipwayError(error) ? renderDiagnostics(error.problems) : messageOf(error)
  return `error attempting to run ${name}: ${text}`
}
