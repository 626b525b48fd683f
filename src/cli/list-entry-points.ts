// The entry points of a project with the file that each leads to. Resolves, imports nothing.
import { closeNames, diagnosticToJson, displayPath, positionOf, renderDiagnostics } from '../diagnostic.ts'
import type { Distribution, PackageHome } from '../entrypoints/distribution.ts'
import { asProblem, type EntryPoint } from '../entrypoints/entry-point.ts'
import { readInstalled } from '../entrypoints/installed.ts'
import { resolveModule } from '../entrypoints/resolve.ts'
import { type Diagnostic, ExitCode, isSlipwayError } from '../errors.ts'
import { paintFor, renderOptions } from './colour.ts'
import { renderLine } from './place.ts'
import { requireProject } from './project.ts'
import { renderTable } from './table.ts'
import type { Terminal } from './terminal.ts'

export interface ListOptions {
  readonly group?: string
  readonly all?: true
  readonly cache?: boolean
  readonly manifest?: string
  readonly json?: true
}

/** What there is to list. */
interface Listing {
  readonly owned: readonly Owned[]
  /** What is wrong with the manifests, entries that are listed left out. */
  readonly problems: readonly Diagnostic[]
  /** Said when there is nothing. */
  readonly noneMessage: () => string
}

/** An entry point, and whose. */
interface Owned {
  readonly entry: EntryPoint
  readonly home: PackageHome
}

/** And where it leads, or why it leads nowhere. */
interface Row extends Owned {
  readonly file: string | null
  readonly problem: Diagnostic | null
}

/** 78 when a manifest has lines that cannot be listed at all. */
export async function listEntryPoints(options: ListOptions, terminal: Terminal): Promise<number> {
  const { owned, problems, noneMessage } = options.all
    ? await everything(options, terminal)
    : ownOnes(options, terminal)
  const rows = owned.map(rowOf)
  if (options.json) terminal.out(`${JSON.stringify(rows.map(rowJson), null, 2)}\n`)
  else if (rows.length > 0) terminal.out(renderRows(rows, terminal, options.all ?? false))
  const isSound = problems.length === 0
  if (rows.length === 0 && isSound) terminal.err(`${noneMessage()}\n`)
  if (!isSound) terminal.err(`${renderDiagnostics(problems, renderOptions(terminal, 'stderr'))}\n`)
  return problems.some(({ severity }) => severity === 'error') ? ExitCode.config : ExitCode.ok
}

function ownOnes({ group, manifest }: ListOptions, { cwd }: Terminal): Listing {
  const project = requireProject(manifest, cwd)
  const { entryPoints } = project
  return {
    owned: entryPoints
      .filter((entry) => group === undefined || entry.group === group)
      .map((entry) => ({ entry, home: project })),
    problems: project.problems.filter((problem) => !entryPoints.some((entry) => entry.problem === problem)),
    noneMessage: () => noneMessage(project, group, cwd),
  }
}

async function everything({ group, cache }: ListOptions, { cwd }: Terminal): Promise<Listing> {
  const { entryPoints, problems } = await readInstalled({ group, from: cwd, cache })
  return {
    owned: entryPoints.map((entry) => ({ entry, home: entry.distribution })),
    problems: problems.filter(({ code }) => code !== 'SLIPWAY_REFERENCE_SYNTAX'),
    noneMessage: () =>
      group === undefined ? 'no package here has entry points' : `no package here has entry points of group "${group}"`,
  }
}

function rowOf({ entry, home }: Owned): Row {
  if (entry.problem || !entry.reference) return { entry, home, file: null, problem: entry.problem }
  try {
    const { file, url } = resolveModule(entry.reference, home, entry.valueWhere)
    return { entry, home, file: file ?? url, problem: null }
  } catch (error) {
    if (!isSlipwayError(error)) throw error
    return { entry, home, file: null, problem: asProblem(error) }
  }
}

function rowJson({ entry, home, file, problem }: Row): Record<string, unknown> {
  const { group, name, value, reference, where } = entry
  return {
    group,
    name,
    value,
    module: reference?.module ?? null,
    attr: reference?.attr ?? null,
    extras: reference?.extras ?? [],
    distribution: home.name === '' ? null : home.name,
    where: positionOf(where),
    file,
    problem: problem && diagnosticToJson(problem),
  }
}

function renderRows(rows: readonly Row[], terminal: Terminal, showsOwner: boolean): string {
  const { cwd } = terminal
  const paint = paintFor(terminal, 'stdout')
  const groups = [...new Set(rows.map(({ entry }) => entry.group))]
  const blocks = groups.map((group) => {
    const members = rows.filter(({ entry }) => entry.group === group)
    const table = renderTable(
      members.map(({ entry, home, file, problem }) => {
        const { name, value, where } = entry
        const owner = showsOwner ? [home.name] : []
        return [name, value, ...owner, renderLine(where, cwd), leadsTo(file, problem, cwd)]
      }),
      {
        indent: '  ',
        paint: (cell, column, row) => {
          if (column === 0) return paint.bold(cell)
          const last = showsOwner ? 4 : 3
          if (column === last - 1) return paint.dim(cell)
          return column === last && members[row]?.problem ? paint.red(cell) : cell
        },
      },
    )
    return `${paint.cyan(group)}\n${table}\n`
  })
  return blocks.join('\n')
}

function leadsTo(file: string | null, problem: Diagnostic | null, cwd: string): string {
  if (problem) return `! ${problem.message}`
  return file === null ? '' : displayPath(file, cwd)
}

function noneMessage(project: Distribution, group: string | undefined, cwd: string): string {
  const files = project.manifests.map(({ file }) => displayPath(file, cwd)).join(', ')
  if (group === undefined) return `no entry points in ${files}`
  const groups = [...new Set(project.entryPoints.map((entry) => entry.group))]
  const close = closeNames(group, groups)
  const names = close.length > 0 ? `close names: ${close.join(', ')}` : `it has ${groups.join(', ') || 'none'}`
  return `no entry points of group "${group}" in ${files}; ${names}`
}
