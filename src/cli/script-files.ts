// The start scripts of a manifest beside what is on the disk. Reads, writes nothing.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Distribution } from '../entrypoints/distribution.ts'
import type { EntryPoint } from '../entrypoints/entry-point.ts'
import { renderScript, scriptGroups } from '../entrypoints/scripts.ts'
import { isSlipwayError, type SlipwayError } from '../errors.ts'
import { statsOf } from '../ini/path-kind.ts'
import { readText } from '../ini/read-text.ts'

export interface ScriptFile {
  readonly entry: EntryPoint
  readonly file: string
  /** What the file is to hold. */
  readonly text: string
  readonly state: 'missing' | 'differs' | 'not executable' | 'same'
}

export interface ScriptFiles {
  readonly files: readonly ScriptFile[]
  /** Of the entries that can have no script. */
  readonly errors: readonly SlipwayError[]
}

/** The entries that are commands. */
export function scriptEntries(project: Distribution): EntryPoint[] {
  return project.entryPoints.filter(({ group }) => scriptGroups.some((known) => known === group))
}

export function scriptFiles(project: Distribution, binFolder: string): ScriptFiles {
  const errors: SlipwayError[] = []
  const files = scriptEntries(project).flatMap((entry) => {
    try {
      const text = renderScript(entry, { distribution: project, binFolder })
      const file = join(binFolder, `${entry.name}.js`)
      return [{ entry, file, text, state: stateOf(file, text) }]
    } catch (error) {
      if (!isSlipwayError(error)) throw error
      errors.push(error)
      return []
    }
  })
  return { files, errors }
}

function stateOf(file: string, text: string): ScriptFile['state'] {
  const found = statsOf(file)
  if (!found) return 'missing'
  if (readText(file) !== text) return 'differs'
  return (found.mode & 0o111) === 0 ? 'not executable' : 'same'
}

/** What a file in the folder of the scripts was made from; null when there is none. */
export function madeFrom(file: string): { readonly entry: string; readonly group: string } | 'a hand' | null {
  if (!existsSync(file)) return null
  const head = /^\/\/ Made from the entry "(.+)" of (\w+) in /mu
  const [, entry, group] = head.exec(readText(file)) ?? []
  return entry === undefined || group === undefined ? 'a hand' : { entry, group }
}
