// The table of all verbs, in the order of the help. A command line that names one loads that one alone.
import type { Verb, VerbFamily } from './verb.ts'

const loaders: ReadonlyMap<string, () => Promise<Verb | VerbFamily>> = new Map<
  string,
  () => Promise<Verb | VerbFamily>
>([
  ['list', async () => (await import('./list.ts')).list],
  ['check', async () => (await import('./check.ts')).check],
  ['show', async () => (await import('./show.ts')).show],
  ['graph', async () => (await import('./graph.ts')).graph],
  ['start-chain', async () => (await import('./start-chain.ts')).startChain],
  ['config', async () => (await import('./config.ts')).config],
  ['policy', async () => (await import('./policy.ts')).policy],
  ['run', async () => (await import('./run.ts')).run],
  ['inject', async () => (await import('./inject.ts')).inject],
  ['serve', async () => (await import('./serve.ts')).serve],
  ['status', async () => (await import('./status.ts')).status],
  ['reload', async () => (await import('./reload.ts')).reload],
  ['scale', async () => (await import('./scale.ts')).scale],
  ['upgrade', async () => (await import('./upgrade.ts')).upgrade],
  ['log-level', async () => (await import('./log-level.ts')).logLevel],
  ['report', async () => (await import('./report.ts')).report],
  ['stop', async () => (await import('./stop.ts')).stop],
  ['init', async () => (await import('./init.ts')).init],
  ['scripts', async () => (await import('./scripts.ts')).scripts],
  ['export', async () => (await import('./export.ts')).exportFamily],
  ['doctor', async () => (await import('./doctor.ts')).doctor],
  ['completion', async () => (await import('./completion.ts')).completion],
  ['explain', async () => (await import('./explain.ts')).explain],
])

export const verbNames: readonly string[] = [...loaders.keys()]

/** The verb of a name; without a name all of them. */
export async function loadVerbs(name?: string): Promise<(Verb | VerbFamily)[]> {
  const wanted = name === undefined ? [...loaders.values()] : [loaders.get(name)]
  return Promise.all(wanted.flatMap((load) => load?.() ?? []))
}
