// The names that the project at hand has for a word that a shell completes. Imports code only for the names of options:
// the modules that declare them.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Distribution } from '../entrypoints/distribution.ts'
import { errorCodes } from '../errors.ts'
import { type Candidate, filesWord } from './candidate.ts'
import { projectAt } from './project.ts'
import { scriptEntries } from './script-files.ts'
import type { Completes } from './verb.ts'

interface NamesRequest {
  readonly current: string
  readonly cwd: string
  readonly manifest: string | undefined
}

type NameKind = Exclude<Completes, 'files' | readonly string[]>

export async function namesOf(kind: NameKind, { current, cwd, manifest }: NamesRequest): Promise<Candidate[]> {
  const project = projectAt(manifest, cwd)
  switch (kind) {
    case 'targets':
      return targets(current, cwd)
    case 'console scripts':
      return commands(project).filter(({ group }) => group !== 'wsgi_scripts')
    case 'commands':
      return commands(project)
    case 'groups':
      return once(project.entryPoints.map(({ group }) => ({ word: group })))
    case 'codes':
      return Object.keys(errorCodes).map((word) => ({ word }))
    case 'options':
    case 'option groups':
    case 'namespaces':
      return optionNames(kind, project)
  }
}

function commands(project: Distribution): (Candidate & { readonly group: string })[] {
  return scriptEntries(project).map(({ name, value, group }) => ({ word: name, about: value, group }))
}

/** A file, until one is named that is there: then the objects in it. */
async function targets(current: string, cwd: string): Promise<Candidate[]> {
  const hash = current.lastIndexOf('#')
  const name = hash === -1 ? current : current.slice(0, hash)
  const path = resolve(cwd, name.replace(/^config:/u, ''))
  if (!path.endsWith('.ini') || !existsSync(path)) return hash === -1 ? [{ word: filesWord }] : []
  const { appsOf } = await import('./target.ts')
  return appsOf(path).map(({ name: app, section }) => ({ word: `${name}#${app}`, about: section }))
}

async function optionNames(kind: NameKind, project: Distribution): Promise<Candidate[]> {
  const { namedNamespaces, serviceGroups } = await import('./option-namespaces.ts')
  if (kind === 'namespaces') return (await namedNamespaces(project)).namespaces.map(({ name }) => ({ word: name }))
  const { groups } = await serviceGroups(project)
  if (kind === 'option groups') return once(groups.map(({ name }) => ({ word: name })))
  return once(
    groups.flatMap(({ name, options }) =>
      Object.entries(options).map(([option, { help }]) => ({
        word: name === 'DEFAULT' ? option : `${name}.${option}`,
        about: help?.split('\n', 1)[0],
      })),
    ),
  )
}

function once(candidates: readonly Candidate[]): Candidate[] {
  return [...new Map(candidates.map((one) => [one.word, one])).values()]
}
