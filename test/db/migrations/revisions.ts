// Revisions for tests, made in code.
import type { Revision, RevisionModule } from '../../../src/db/migrations/contract.ts'

/** As test/golden/alembic.py writes one. */
export interface RecordedRevision {
  readonly id: string
  readonly down: string | readonly string[] | null
  readonly labels: string | readonly string[] | null
  readonly depends: string | readonly string[] | null
}

function listOf(value: string | readonly string[] | null | undefined): readonly string[] {
  return value === null || value === undefined ? [] : typeof value === 'string' ? [value] : value
}

type Wanted = Partial<RecordedRevision> & Pick<RecordedRevision, 'id'> & Partial<Omit<RevisionModule, 'revision'>>

/** A revision that does nothing unless given what. */
export function revision({ id, down = null, labels, depends, upgrade, downgrade, ...more }: Wanted): Revision {
  return {
    id,
    down: listOf(down),
    labels: listOf(labels),
    dependsOn: listOf(depends),
    message: more.message ?? '',
    transaction: more.transaction ?? true,
    file: `versions/${id}.js`,
    location: 'test',
    module: {
      revision: id,
      down_revision: down,
      ...more,
      upgrade: upgrade ?? (() => undefined),
      downgrade: downgrade ?? (() => undefined),
    },
  }
}
