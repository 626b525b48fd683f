// The entry points of a project with the file that each leads to. Resolves, imports nothing.
import { closeNames, diagnosticToJson, displayPath, positionOf, renderDiagnostics } from '../diagnostic.ts'
import type { Distribution } from '../entrypoints/distribution.ts'
import { asProblem, type EntryPoint } from '../entrypoints/entry-point.ts'
import { resolveModule } from '../entrypoints/resolve.ts'
import { type Diagnostic, ExitCode, isSlipwayError } from '../errors.ts'
import { paintFor, renderOptions } from './colour.ts'
import { renderLine } from './place.ts'
import { requireProject } from './project.ts'
import { renderTable } from './table.ts'
import type { Terminal } from './terminal.ts'

export interface ListOptions {
  readonly group?: string
  readonly manifest?: string
  readonly json?: true
}

/** An entry point, and where it leads or why it leads nowhere. */
interface Row {
  readonly entry: EntryPoint
  readonly file: string | null
  readonly problem: Diagnostic | null
}

/** 78 when the manifest has lines that cannot be listed at all. */
export function listEntryPoints(options: ListOptions, terminal: Terminal): number {
  const project = requireProject(options.manifest, terminal.cwd)
  const chosen = project.entryPoints.filter(({ group }) => options.group === undefined || group === options.group)
  const rows = chosen.map((entry) => rowOf(entry, project))
  const list = rows.map((row) => rowJson(row, project))
  if (options.json) terminal.out(`${JSON.stringify(list, null, 2)}\n`)
  else if (rows.length > 0) terminal.out(renderRows(rows, terminal))
  const unlisted = project.problems.filter((problem) => !project.entryPoints.some((entry) => entry.problem === problem))
  const isSound = unlisted.length === 0
  if (rows.length === 0 && isSound) terminal.err(`${noneMessage(project, options.group, terminal.cwd)}\n`)
  if (!isSound) terminal.err(`${renderDiagnostics(unlisted, renderOptions(terminal, 'stderr'))}\n`)
  return unlisted.some(({ severity }) => severity === 'error') ? ExitCode.config : ExitCode.ok
}

function rowOf(entry: EntryPoint, project: Distribution): Row {
  if (entry.problem || !entry.reference) return { entry, file: null, problem: entry.problem }
  try {
    const { file, url } = resolveModule(entry.reference, project, entry.valueWhere)
    return { entry, file: file ?? url, problem: null }
  } catch (error) {
    if (!isSlipwayError(error)) throw error
    return { entry, file: null, problem: asProblem(error) }
  }
}

function rowJson({ entry, file, problem }: Row, project: Distribution): Record<string, unknown> {
  const { group, name, value, reference, where } = entry
  return {
    group,
    name,
    value,
    module: reference?.module ?? null,
    attr: reference?.attr ?? null,
    extras: reference?.extras ?? [],
    distribution: project.name === '' ? null : project.name,
    where: positionOf(where),
    file,
    problem: problem && diagnosticToJson(problem),
  }
}

function renderRows(rows: readonly Row[], terminal: Terminal): string {
  const { cwd } = terminal
  const paint = paintFor(terminal, 'stdout')
  const groups = [...new Set(rows.map(({ entry }) => entry.group))]
  const blocks = groups.map((group) => {
    const members = rows.filter(({ entry }) => entry.group === group)
    const table = renderTable(
      members.map(({ entry, file, problem }) => {
        const { name, value, where } = entry
        return [name, value, renderLine(where, cwd), leadsTo(file, problem, cwd)]
      }),
      {
        indent: '  ',
        paint: (cell, column, row) => {
          if (column === 0) return paint.bold(cell)
          if (column === 2) return paint.dim(cell)
          return column === 3 && members[row]?.problem ? paint.red(cell) : cell
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
