// What the command may be told: its verbs with their words and flags, as data. Loaded for every start, `--help`
// included, so it knows the configuration and nothing of databases.
import { bool, duration, group, int, multi, str, subcommand, type ValuesOf } from '../../config/index.ts'
import type { Command } from '../../config/option.ts'
import { examplesOf } from './examples.ts'

/** The headings of the help, in the order in which it shows them. */
const headings = { change: 'Change the database:', look: 'Look:', files: 'Revision files:', data: 'Data:' } as const

const targets = 'an id or its beginning, head, heads, base, LABEL@head, +N, -N, ID+N'
const json = bool({ default: false, help: 'As JSON.' })
const verbose = bool({ default: false, short: 'v', help: 'All about each revision.' })
const sql = bool({ default: false, help: 'Write the SQL to standard output; the database is not touched.' })
const dryRun = bool({ default: false, help: 'Show what would be run, and run nothing.' })
const planAsJson = bool({ default: false, help: 'With --dry-run: as JSON.' })
const revId = str({ metavar: 'id', help: 'Id of the new revision, in place of twelve random hexadecimal digits.' })
const message = str({ short: 'm', metavar: 'text', help: 'What it is for: its first line.' })
const branchLabel = str({ metavar: 'name', help: 'Label of the branch that begins here.' })
const location = str({
  metavar: 'name',
  help: 'Whose folder it goes into, by its entry of slipway.migrations; unless given, that of what it follows.',
})
const lockTimeout = duration({
  metavar: 'time',
  help: 'How long to wait while another run changes the same database; unless given as long as [database] lock_timeout.',
})

const changing = {
  upgrade: {
    heading: headings.change,
    help: 'Upgrade to a revision. The database is locked meanwhile: a second run waits for its turn.',
    options: {
      revision: str({ positional: true, required: false, help: `Where to: ${targets}.` }),
      delta: int({
        min: 1,
        metavar: 'n',
        help: 'So many revisions on from where the database is, or from the revision.',
      }),
      expand: bool({ default: false, help: 'The branch "expand": what the running service does not mind.' }),
      contract: bool({ default: false, help: 'The branch "contract": what needs the service stopped.' }),
      sql,
      dry_run: dryRun,
      json: planAsJson,
      lock_timeout: lockTimeout,
    },
  },
  downgrade: {
    heading: headings.change,
    help: 'Go back to a revision. What the newer ones have added is lost, so it asks first.',
    options: {
      revision: str({ positional: true, help: `Where to: ${targets}; with --sql from:to.` }),
      yes: bool({ default: false, short: 'y', help: 'Do not ask. Needed where nobody can answer.' }),
      sql,
      dry_run: dryRun,
      json: planAsJson,
      lock_timeout: lockTimeout,
    },
  },
  stamp: {
    heading: headings.change,
    help: 'Write into the database that it is at these revisions, and run none.',
    options: {
      revisions: multi({ positional: true, help: `Where it is: ${targets}.` }),
      purge: bool({ default: false, help: 'Forget what is written there first, whatever it is.' }),
      sql,
      lock_timeout: lockTimeout,
    },
  },
} as const

const looking = {
  current: {
    heading: headings.look,
    help: 'Show which revisions the database is at.',
    options: {
      verbose,
      check_heads: bool({ default: false, help: 'Status 1 unless it is at all heads.' }),
      json,
    },
  },
  history: {
    heading: headings.look,
    help: 'Show the revisions, the newest first.',
    options: {
      rev_range: str({ short: 'r', metavar: 'from:to', help: 'Only these: a1:b2, -3:current, base:head, a1:.' }),
      indicate_current: bool({ default: false, short: 'i', help: 'Mark those that the database is at.' }),
      verbose,
      json,
    },
  },
  heads: { heading: headings.look, help: 'Show the newest revision of each branch.', options: { verbose, json } },
  branches: { heading: headings.look, help: 'Show where branches part.', options: { verbose, json } },
  show: {
    heading: headings.look,
    help: 'Show all about a revision.',
    options: { revision: str({ positional: true, help: `Which: ${targets}, current.` }), json },
  },
  check: {
    heading: headings.look,
    help: 'Compare the database with the declared tables: status 1 and a list where they differ.',
    options: { json },
  },
  check_migration: {
    heading: headings.look,
    aliases: ['check-migration'],
    help: 'Check that the revision files fit together: one head for each branch.',
    options: {},
  },
  has_offline_migrations: {
    heading: headings.look,
    aliases: ['has-offline-migrations'],
    help: 'Status 1 when steps of the branch "contract" are pending, which need the service stopped.',
    options: {},
  },
  version: { heading: headings.look, help: 'Show the versions of the service and of its database.', options: { json } },
} as const

const writing = {
  revision: {
    heading: headings.files,
    help: 'Write a new revision file.',
    options: {
      message,
      autogenerate: bool({ default: false, help: 'Fill it with what makes the database fit the declared tables.' }),
      head: str({ metavar: 'revision', help: 'What it follows; unless given the head. base begins a branch.' }),
      splice: bool({ default: false, help: 'Allow --head to name a revision that is no head.' }),
      branch_label: branchLabel,
      location,
      depends_on: multi({ default: [], metavar: 'revision', help: 'What has to be there before it; repeatable.' }),
      rev_id: revId,
      expand: bool({ default: false, help: 'At the end of the branch "expand".' }),
      contract: bool({ default: false, help: 'At the end of the branch "contract".' }),
    },
  },
  merge: {
    heading: headings.files,
    help: 'Write a revision file in which branches come together.',
    options: {
      revisions: multi({ positional: true, help: 'Which: ids, or heads for all.' }),
      message,
      branch_label: branchLabel,
      rev_id: revId,
    },
  },
} as const

const dealing = {
  purge_deleted: {
    heading: headings.data,
    aliases: ['purge-deleted'],
    help: 'Remove rows for good that were marked as deleted some time ago.',
    options: {
      resource: str({ positional: true, help: 'Rows of what; all for everything.' }),
      age: int({
        positional: true,
        required: false,
        min: 0,
        help: 'How long ago they were deleted, in days; 90 unless given.',
      }),
      age_in_days: int({ short: 'a', min: 0, metavar: 'n', help: 'The same, as a flag.' }),
      granularity: str({
        short: 'g',
        default: 'days',
        choices: ['days', 'hours', 'minutes', 'seconds'],
        help: 'What the age counts.',
      }),
      max_rows: int({ min: 1, metavar: 'n', help: 'Remove at most so many; the oldest go first.' }),
      dry_run: bool({ default: false, help: 'Count them, and remove none.' }),
    },
  },
  online_data_migrations: {
    heading: headings.data,
    aliases: ['online-data-migrations'],
    help: 'Bring rows into their new form while the service runs. Status 0 when nothing is left, 1 when more may remain, 2 when some failed.',
    options: {
      max_count: str({ metavar: 'n', help: 'Migrate at most so many rows; unless given all, in batches of 50.' }),
    },
  },
} as const

const verbs = { ...changing, ...looking, ...writing, ...dealing } as const

/** Makes the group of the verb for a command that is called so. */
export function commandGroup(prog: string) {
  const commands = withExamples(verbs, prog)
  return group('DEFAULT', { command: subcommand({ commands }) })
}

function withExamples<const C extends Readonly<Record<string, Command>>>(commands: C, prog: string): C {
  const told = Object.entries(commands).map(([name, command]) => {
    return [name, { ...command, epilog: examplesOf(name as VerbName, prog) }]
  })
  return Object.fromEntries(told) as C
}

/** The verb that was chosen, with its words and flags. */
export type Chosen = ValuesOf<ReturnType<typeof commandGroup>>['command']
export type VerbName = keyof typeof verbs
/** The words and flags of one verb. */
export type ChosenOf<Name extends VerbName> = Extract<Chosen, { readonly name: Name }>
