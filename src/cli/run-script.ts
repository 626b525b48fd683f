// A console script of the manifest in this process, with the arguments and the exit status that its own
// command would have.
import { closeNames } from '../diagnostic.ts'
import type { Distribution } from '../entrypoints/distribution.ts'
import type { EntryPoint } from '../entrypoints/entry-point.ts'
import { loadReference } from '../entrypoints/load.ts'
import { describeScript } from '../entrypoints/scripts.ts'
import { SlipwayError } from '../errors.ts'
import { requireProject } from './project.ts'
import type { Terminal } from './terminal.ts'

export interface RunOptions {
  readonly manifest?: string
}

/** What the script's function answers; `runConsoleScript` makes the exit status of it. */
export async function runScript(
  name: string,
  words: readonly string[],
  options: RunOptions,
  terminal: Terminal,
): Promise<unknown> {
  const project = requireProject(options.manifest, terminal.cwd)
  const entry = findScript(name, project)
  const { reference } = describeScript(entry)
  const args = words[0] === '--' ? words.slice(1) : [...words]
  const main = await loadReference(reference, project, { where: entry.valueWhere })
  if (typeof main !== 'function') {
    throw new SlipwayError('SLIPWAY_REFERENCE_NOT_CALLABLE', `"${entry.value}" is no function`, {
      where: entry.valueWhere,
      found: `a value of type ${main === null ? 'null' : typeof main}`,
      expected: 'a function that the script can call',
    })
  }
  // A script may read them itself, and calls itself by the name that it was started with.
  process.argv.splice(1, Infinity, name, ...args)
  return (main as (argv: string[]) => unknown)(args)
}

const groups = ['console_scripts', 'gui_scripts'] as const

function findScript(name: string, project: Distribution): EntryPoint {
  const scripts = project.entryPoints.filter(({ group }) => groups.some((known) => known === group))
  const entry = scripts.find((script) => script.name === name)
  if (entry) return entry
  const names = [...new Set(scripts.map((script) => script.name))]
  const close = closeNames(name, names)
  const other = project.entryPoints.find((one) => one.name === name)
  const message = other
    ? `"${name}" is no console script but an entry of ${other.group}`
    : `there is no console script "${name}"`
  throw new SlipwayError('SLIPWAY_USAGE', message, {
    alternatives: close.length > 0 ? close : names.length <= 12 ? names : [],
    hint: 'see: slipway list --group console_scripts',
  })
}
