// `slipway init migration NAME`: a revision file behind those that are there, and before the first one what revision
// files need: the group slipway.migrations, the command that runs them, the options and a setting of the database.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { newRevision } from '../db/commands/new-revision.ts'
import { buildGraph } from '../db/migrations/graph.ts'
import { loadRevisions } from '../db/migrations/load-revisions.ts'
import { findLocations, migrationsGroup as group } from '../db/migrations/locations.ts'
import type { Distribution } from '../entrypoints/distribution.ts'
import { ExitCode, SlipwayError } from '../errors.ts'
import { renderDbManage, withDatabase, withDatabaseOptions } from '../scaffold/code.ts'
import { checkPartName } from '../scaffold/names.ts'
import { withEntry } from '../scaffold/part.ts'
import {
  type InitOptions,
  type Layout,
  layoutOf,
  textOf,
  writeChanged,
  writeNew,
  writeScripts,
  type Writing,
} from './init-files.ts'
import { requireProject } from './project.ts'
import type { Terminal } from './terminal.ts'

export async function initMigration(name: unknown, options: InitOptions, terminal: Terminal): Promise<number> {
  if (typeof name !== 'string') {
    throw new SlipwayError('SLIPWAY_USAGE', 'the migration needs a name', { expected: 'slipway init migration NAME' })
  }
  checkPartName(name, 'migration')
  const project = requireProject(options.manifest, terminal.cwd)
  const layout = layoutOf(project)
  const revision = await nextRevision(name, project, layout)
  const command = commandOf(project, layout)
  writeNew([revision, ...command.written], terminal)
  for (const edit of changes(project, layout, command.entries)) writeChanged(edit, terminal)
  writeScripts(project.folder, terminal)
  if (command.name !== null) {
    const compile = layout.isTypeScript ? 'npm run build && ' : ''
    terminal.err(`  next: ${compile}npx ${command.name} upgrade heads\n`)
  }
  return ExitCode.ok
}

/** What the new revision follows is read from the files that run. */
async function nextRevision(name: string, project: Distribution, { modules }: Layout): Promise<Writing> {
  const locations = await findLocations({ from: project.folder })
  const own = locations.filter(({ isOwn }) => isOwn)
  const graph = buildGraph(await loadRevisions(locations))
  const heads = graph.heads.filter(({ revision }) => own.some(({ name }) => name === revision.location))
  const folders = own.length > 0 ? own : [{ name: project.name, folder: join(modules, 'migrations') }]
  return newRevision(graph, folders, {
    message: name.replaceAll('-', ' '),
    // Of several nobody knows which is meant: refused as `head` is.
    heads: heads.length > 1 ? ['head'] : [heads[0]?.id ?? 'base'],
    splice: false,
    labels: [],
    dependsOn: [],
    id: null,
    location: folders[0]?.name ?? null,
  })
}

interface Command {
  /** Null when the project has one already. */
  readonly name: string | null
  readonly written: readonly Writing[]
  readonly entries: readonly (readonly [group: string, text: string])[]
}

function commandOf(project: Distribution, { word, sources, isTypeScript }: Layout): Command {
  const has = (group: string, isMeant: (name: string) => boolean) =>
    project.entryPoints.some((entry) => entry.group === group && isMeant(entry.name))
  const folder = has(group, () => true) ? [] : [[group, `${project.name} = ${word}.migrations`] as const]
  if (has('console_scripts', (name) => name.endsWith('db-manage'))) return { name: null, written: [], entries: folder }
  const name = `${project.name}-db-manage`
  const file = join(sources, 'cmd', `db-manage.${isTypeScript ? 'ts' : 'js'}`)
  const text = renderDbManage(project.name, name, { isTypeScript })
  const entry = ['console_scripts', `${name} = ${word}.cmd.db_manage:main`] as const
  return { name, written: [{ file, text }], entries: [entry, ...folder] }
}

/** The manifest; with a new command also the options and the configuration, where they are as `init` has made them. */
function changes(project: Distribution, layout: Layout, entries: Command['entries']): Writing[] {
  if (entries.length === 0) return []
  const manifest = join(project.folder, 'setup.cfg')
  const text = entries.reduce((text, [group, entry]) => withEntry(text, group, entry), textOf(manifest))
  const options = join(layout.sources, `options.${layout.isTypeScript ? 'ts' : 'js'}`)
  const configuration = join(project.folder, 'etc', project.name, `${project.name}.conf`)
  return [
    { file: manifest, text },
    ...edited(options, withDatabaseOptions),
    ...edited(configuration, (text) => withDatabase(text, project.name)),
  ]
}

function edited(file: string, edit: (text: string) => string | null): Writing[] {
  const before = existsSync(file) ? textOf(file) : null
  const after = before === null ? null : edit(before)
  return after === null || after === before ? [] : [{ file, text: after }]
}
