// pyproject.toml: `[project.scripts]`, `[project.gui-scripts]` and `[project.entry-points."group"]`,
// as every Python builder reads them.
import { toml } from '../lazy-packages.ts'
import { diagnostic, SlipwayError, type Where } from '../errors.ts'
import { type Line, scanLines, whereOf } from '../ini/scanner.ts'
import { type Manifest, ManifestEntries } from './entry-point.ts'

type Table = Readonly<Record<string, unknown>>

/**
 * @throws SlipwayError SLIPWAY_MANIFEST_ENTRY when the text is no TOML
 */
export function parsePyproject(text: string, file: string): Manifest {
  const project = tableOf(parseToml(text, file).project)
  const entries = new ManifestEntries()
  const assignments = findAssignments(scanLines(text))
  const addAll = (group: string, path: readonly string[], table: unknown) => {
    for (const [name, value] of Object.entries(tableOf(table))) {
      const { where, valueWhere } = placesOf([...path, name], assignments, file)
      if (typeof value === 'string') entries.addOnce({ group, name, value, where, valueWhere }, 'error')
      else {
        const parts = { where: valueWhere, expected: '"module:attr"' }
        entries.problems.push(diagnostic('error', 'SLIPWAY_MANIFEST_ENTRY', `entry point "${name}" is no text`, parts))
      }
    }
  }
  addAll('console_scripts', ['project', 'scripts'], project.scripts)
  addAll('gui_scripts', ['project', 'gui-scripts'], project['gui-scripts'])
  for (const [group, table] of Object.entries(tableOf(project['entry-points']))) {
    addAll(group, ['project', 'entry-points', group], table)
  }
  return {
    file,
    name: typeof project.name === 'string' ? project.name : null,
    version: typeof project.version === 'string' ? project.version : null,
    entryPoints: entries.entryPoints,
    packageDir: new Map(),
    problems: entries.problems,
  }
}

function parseToml(text: string, file: string): Table {
  try {
    return toml().parse(text)
  } catch (error) {
    if (!(error instanceof toml().TomlError)) throw error
    const line = scanLines(text)[error.line - 1]
    throw new SlipwayError('SLIPWAY_MANIFEST_ENTRY', `the file is no TOML: ${error.message.split('\n', 1)[0] ?? ''}`, {
      where: line ? whereOf(file, line, error.column, 1) : { file },
      cause: error,
    })
  }
}

function tableOf(value: unknown): Table {
  return typeof value === 'object' && value !== null ? (value as Table) : {}
}

/** `key = value` with the whole path of its key. */
interface Assignment {
  readonly path: readonly string[]
  readonly line: Line
  readonly key: { readonly column: number; readonly length: number }
  readonly value: { readonly column: number; readonly length: number }
}

const bareOrQuoted = String.raw`(?:"[^"]*"|'[^']*'|[\w-]+)`
const dottedKey = String.raw`${bareOrQuoted}(?:\s*\.\s*${bareOrQuoted})*`
const header = new RegExp(String.raw`^\s*\[\s*(${dottedKey})\s*\]`, 'u')
const assignment = new RegExp(String.raw`^(\s*)(${dottedKey})(\s*=\s*["']?)([^"'#]*)`, 'u')

/** The parser tells no positions of values; what stands one to a line is found again here. */
function findAssignments(lines: readonly Line[]): Assignment[] {
  let table: string[] = []
  return lines.flatMap((line): Assignment[] => {
    const heading = header.exec(line.text)?.[1]
    if (heading !== undefined) table = keysOf(heading)
    const [, indent = '', key, between = '', value = ''] = assignment.exec(line.text) ?? []
    if (key === undefined) return []
    const column = indent.length + 1
    return [
      {
        path: [...table, ...keysOf(key)],
        line,
        key: { column, length: key.length },
        value: { column: column + key.length + between.length, length: value.trimEnd().length },
      },
    ]
  })
}

function keysOf(dotted: string): string[] {
  return Array.from(dotted.matchAll(new RegExp(bareOrQuoted, 'gu')), ([key]) => key.replaceAll(/^["']|["']$/gu, ''))
}

/** An entry in an inline table is shown at the table. */
function placesOf(path: readonly string[], assignments: readonly Assignment[], file: string) {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const wanted = path.slice(0, depth)
    const found = assignments.find(
      (one) => one.path.length === depth && one.path.every((key, at) => key === wanted[at]),
    )
    if (!found) continue
    const place = ({ column, length }: Assignment['key']): Where => whereOf(file, found.line, column, length)
    return { where: place(found.key), valueWhere: place(depth === path.length ? found.value : found.key) }
  }
  return { where: { file }, valueWhere: { file } }
}
