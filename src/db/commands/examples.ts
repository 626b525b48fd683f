// The examples that each verb's help ends with, and the program's. Pure.

type Example = readonly [words: string, meaning: string]

const examples = {
  upgrade: [
    ['upgrade heads', 'everything; "expand" before "contract"'],
    ['upgrade --expand', 'before the new code is rolled out'],
    ['upgrade --contract', 'after it, with the service stopped'],
    ['upgrade +1 --dry-run', 'what the next step would be'],
    ['upgrade base:head --sql > schema.sql', 'for somebody who runs it by hand'],
  ],
  downgrade: [
    ['downgrade -1', 'one step back, when it is confirmed'],
    ['downgrade base --yes', 'everything away, from a script'],
    ['downgrade head:a1 --sql', 'the SQL that leads from the head to a1'],
  ],
  stamp: [
    ['stamp head', 'a database that was made from the models is up to date'],
    ['stamp --purge a1', 'after the database came to hold an id that no file has'],
  ],
  current: [
    ['current', 'ids, with (head) where there is nothing newer'],
    ['current --check-heads', 'for a probe: status 1 when an upgrade is due'],
  ],
  history: [
    ['history', 'all revisions'],
    ['history -r current: --verbose', 'what an upgrade would bring'],
    ['history -i', 'with (current) at the revisions of the database'],
  ],
  heads: [['heads', 'one line unless there are branches']],
  branches: [['branches --verbose', 'with what each of them begins with']],
  show: [
    ['show head', 'the newest one'],
    ['show 1a2', 'the one whose id begins so'],
  ],
  check: [['check', 'for a test: the revision files say what the models say']],
  check_migration: [['check_migration', 'for a check of every change']],
  has_offline_migrations: [['has_offline_migrations', 'before an upgrade without a stop']],
  version: [['version', 'of the service, and where its database is']],
  revision: [
    ['revision -m "add documents"', 'an empty one behind the head'],
    ['revision -m "add size" --autogenerate', 'with the difference between database and models'],
    ['revision -m "first" --head base --branch-label audit', 'the first one of a new branch'],
    ['revision -m "drop size" --contract', 'at the end of the branch "contract"'],
  ],
  merge: [['merge heads -m "back together"', 'one head again']],
  purge_deleted: [
    ['purge_deleted all 30', 'what was deleted more than 30 days ago'],
    ['purge_deleted documents --age-in-days 12 --granularity hours', 'of one resource, twelve hours old'],
    ['purge_deleted all --max-rows 10000 --dry-run', 'how many it would be'],
  ],
  online_data_migrations: [
    ['online_data_migrations', 'all of it, in batches'],
    ['online_data_migrations --max-count 1000', 'a part, as often as it answers 1'],
  ],
} as const satisfies Readonly<Record<string, readonly Example[]>>

/** Of one verb, for the end of its help. */
export function examplesOf(verb: keyof typeof examples, prog: string): string {
  return render(examples[verb], prog)
}

/** Of the whole command. */
export function programExamples(prog: string): string {
  const { upgrade, current, revision, online_data_migrations: online } = examples
  return render([upgrade[0], current[1], revision[0], online[0]], prog)
}

function render(list: readonly Example[], prog: string): string {
  const lines = list.map(([words, meaning]) => [`${prog} ${words}`, meaning] as const)
  // A long line does not push all meanings to the right.
  const width = Math.max(...lines.map(([line]) => line.length).filter((length) => length <= 70), 0)
  return ['Examples:', ...lines.map(([line, meaning]) => `  ${line.padEnd(width)}  ${meaning}`)].join('\n')
}
