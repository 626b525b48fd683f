// Where npm puts commands that are installed globally, and whether a shell finds them there.
import { delimiter, join, resolve } from 'node:path'
import { renderWhere } from '../diagnostic.ts'
import { type NpmPrefix, npmPrefix, prefixIn } from '../entrypoints/npm-prefix.ts'
import { type Diagnostic, diagnostic } from '../errors.ts'
import type { Patient } from './examine.ts'

export interface NpmFacts {
  readonly prefix: string
  /** `file:line`, a variable of the environment, or `default`. */
  readonly origin: string
  /** The folder of the commands. */
  readonly bin: string
  readonly isOnPath: boolean
}

export function examineNpm({ env, home, cwd, project }: Patient): { facts: NpmFacts; problems: Diagnostic[] } {
  const surroundings = { env, home, node: process.execPath, cwd }
  const found = npmPrefix(surroundings)
  const bin = join(found.folder, 'bin')
  const isOnPath = pathFolders(env).includes(bin)
  const facts = { prefix: found.folder, origin: originOf(found), bin, isOnPath }
  const problems: Diagnostic[] = []
  if (!isOnPath) {
    problems.push(
      diagnostic('warning', 'SLIPWAY_DOCTOR_PATH', `the folder of npm's global commands is not on the PATH`, {
        where: found.where,
        found: `${bin}, by ${facts.origin === 'default' ? "npm's default" : facts.origin}`,
        hint: `add it in the profile of your shell: export PATH="${bin}:$PATH"`,
      }),
    )
  }
  const file = join(project.folder, '.npmrc')
  const ignored = file === join(home, '.npmrc') ? null : prefixIn(file, surroundings)
  if (ignored && ignored.folder !== found.folder) {
    problems.push(
      diagnostic(
        'warning',
        'SLIPWAY_DOCTOR_PATH',
        `the project's .npmrc sets a prefix that "npm install -g" does not take`,
        {
          where: ignored.where,
          found: `npm installs into ${found.folder}`,
          hint: 'move the line to the .npmrc in your home folder, or remove it',
        },
      ),
    )
  }
  return { facts, problems }
}

function originOf({ where, variable }: NpmPrefix): string {
  if (where === null) return variable ?? 'default'
  return renderWhere(where.line === undefined ? { file: where.file } : { file: where.file, line: where.line })
}

/** The folders that a shell looks for commands in. */
export function pathFolders(env: Patient['env']): string[] {
  return (env.PATH ?? '').split(delimiter).flatMap((folder) => (folder === '' ? [] : [resolve(folder)]))
}
