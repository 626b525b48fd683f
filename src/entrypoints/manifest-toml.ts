// pyproject.toml: `[project.scripts]`, `[project.gui-scripts]` and `[project.entry-points."group"]`,
// as every Python builder reads them.
import { parse, TomlError } from 'smol-toml'
import { SlipwayError, type Where } from '../errors.ts'
import { type Line, scanLines, whereOf } from '../ini/scanner.ts'
import { type Manifest, ManifestEntries } from './entry-point.ts'

type Table = Readonly<Record<string, unknown>>

/**
 * @throws SlipwayError SLIPWAY_MANIFEST_ENTRY when the text is no TOML
 */
export function parsePyproject(text: string, file: string): Manifest {
  const project = tableOf(parseToml(text, file).project)
  const entries = new ManifestEntries()
  const lines = scanLines(text)
  const addAll = (group: string, table: unknown) => {
    for (const [name, value] of Object.entries(tableOf(table))) {
      const where = whereOfKey(lines, file, name)
      entries.addOnce({ group, name, value: String(value), where, valueWhere: where }, 'error')
    }
  }
  addAll('console_scripts', project.scripts)
  addAll('gui_scripts', project['gui-scripts'])
  for (const [group, table] of Object.entries(tableOf(project['entry-points']))) addAll(group, table)
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
    return parse(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
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

/** The parser tells no positions of values: the first line that assigns the key is shown. */
function whereOfKey(lines: readonly Line[], file: string, name: string): Where {
  for (const line of lines) {
    const key = /^\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*=/u.exec(line.text)
    if ((key?.[1] ?? key?.[2] ?? key?.[3]) === name)
      return whereOf(file, line, line.text.indexOf(name) + 1, name.length)
  }
  return { file }
}
