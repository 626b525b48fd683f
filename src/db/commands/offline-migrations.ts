// `has_offline_migrations`: whether an upgrade would need the service stopped, as neutron-db-manage asks it.
import { planUpgrade } from '../migrations/plan.ts'
import type { ChosenOf } from './command-table.ts'
import { renderLine } from './render-revision.ts'
import type { Session } from './session.ts'

/** The label of the branch whose steps the running service would mind. */
const contract = 'contract'

export async function hasOfflineMigrations(
  session: Session,
  _chosen: ChosenOf<'has_offline_migrations'>,
): Promise<number> {
  const graph = await session.graph()
  const steps = graph.labelled.has(contract) ? planUpgrade(graph, `${contract}@head`, await session.rows()) : []
  const pending = steps
    .flatMap(({ revision }) => graph.nodes.get(revision.id) ?? [])
    .filter(({ labels }) => labels.has(contract))
  if (pending.length === 0) return session.lines(['No offline migrations pending.'])
  session.lines([
    'Need to apply migrations from the contract branch. This will require the service to be stopped:',
    ...pending.map((node) => `  ${renderLine({ node }, { parents: true, message: true })}`),
  ])
  return 1
}
