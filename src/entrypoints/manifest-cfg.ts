// setup.cfg: `[entry_points]` as pbr reads it (group names folded) and `[options.entry_points]` as
// setuptools does (group names kept), both with interpolation, one entry a line.
import { type Diagnostic, diagnostic, isSlipwayError } from '../errors.ts'
import {
  fileScope,
  type IniFile,
  type IniOption,
  type IniSection,
  interpolate,
  parseConfigParser,
  placeIn,
  placeOfValue,
} from '../ini/index.ts'
import { asProblem, type Manifest, ManifestEntries, splitEntry } from './entry-point.ts'

export function parseSetupCfg(text: string, file: string): Manifest {
  const ini = parseConfigParser(text, file)
  const entries = new ManifestEntries()
  for (const name of ['entry_points', 'options.entry_points']) {
    const section = ini.sections.get(name)
    if (!section) continue
    // Each section has its own reader; a file in between the two conventions holds both.
    const own = new ManifestEntries()
    readSection(ini, section, own)
    entries.merge(own)
  }
  return {
    file,
    name: ini.sections.get('metadata')?.options.get('name')?.value ?? null,
    version: ini.sections.get('metadata')?.options.get('version')?.value ?? null,
    entryPoints: entries.entryPoints,
    packageDir: packageDir(ini),
    problems: entries.problems,
  }
}

function readSection(ini: IniFile, section: IniSection, entries: ManifestEntries): void {
  const folds = section.name === 'entry_points'
  const options = [...section.options.values()]
  const lost = lostIndents(options, entries.problems)
  for (const option of options) {
    if (lost.has(option)) continue
    let value: string
    try {
      value = interpolate(option, fileScope(ini, section.name))
    } catch (error) {
      if (!isSlipwayError(error)) throw error
      entries.problems.push(asProblem(error))
      continue
    }
    readGroup(folds ? option.name.toLowerCase().replaceAll('-', '_') : option.name, option, value, entries)
  }
}

function readGroup(group: string, option: IniOption, value: string, entries: ManifestEntries): void {
  let offset = 0
  for (const line of value.split('\n')) {
    const start = offset
    offset += line.length + 1
    if (line.trim() === '') continue
    // Interpolation moves the columns; then the line of the file is as near as one can tell.
    const place = (at: number, length: number) =>
      value === option.value ? placeIn(option, start + at, length) : placeOfValue(option)
    entries.addLine({ group, text: line, place }, 'error')
  }
}

/**
 * Entries whose indentation was lost: an empty group, and after it options whose values are bare references.
 * One problem for each such group. The commonest human mistake, and Python ends in a TypeError about it.
 */
function lostIndents(options: readonly IniOption[], problems: Diagnostic[]): Set<IniOption> {
  const lost = new Set<IniOption>()
  for (const [index, group] of options.entries()) {
    if (group.value !== '') continue
    const following = options.slice(index + 1)
    const end = following.findIndex(
      (option) => option.value === '' || option.value.includes('=') || option.value.includes('\n'),
    )
    const lines = following.slice(0, end === -1 ? undefined : end)
    const [first] = lines
    const last = lines.at(-1)
    if (!first || !last) continue
    for (const line of lines) lost.add(line)
    const range = first === last ? `line ${first.where.line}` : `lines ${first.where.line} to ${last.where.line}`
    problems.push(
      diagnostic(
        'error',
        'SLIPWAY_MANIFEST_ENTRY',
        `group "${group.name}" is empty and the entries after it are not indented`,
        {
          where: { ...first.where, length: first.where.text?.trim().length ?? 1 },
          expected: `blanks before "${first.name} = ${first.value}"`,
          hint: `indent ${range} by four blanks, so that they belong to "${group.name} ="`,
        },
      ),
    )
  }
  return lost
}

function packageDir(ini: IniFile): Map<string, string> {
  const lines = ini.sections.get('options')?.options.get('package_dir')?.value.split('\n') ?? []
  const pairs = lines.flatMap((line): [string, string][] => {
    const entry = splitEntry(line)
    return entry ? [[entry.name, entry.value]] : []
  })
  return new Map(pairs)
}
