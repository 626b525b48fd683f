// Names of new things: what npm, a shell and the grammar of entry points all take. Pure.
import { isBuiltin } from 'node:module'
import { SlipwayError } from '../errors.ts'

/**
 * A name of a project: a package of npm, the first word of its commands and, with underscores, of its modules.
 * @throws SlipwayError SLIPWAY_USAGE
 */
export function checkProjectName(name: string): void {
  const fault = faultOf(name) ?? (isBuiltin(name) ? 'it is a module of Node' : null)
  const reserved = ['node_modules', 'slipway'].includes(name) ? 'it is taken' : null
  if (fault ?? reserved) throw refused(name, 'project', fault ?? reserved ?? '', 'my-service')
}

/**
 * A name of an app, a filter, a command, a migration or an extension: an entry point or a file.
 * @throws SlipwayError SLIPWAY_USAGE
 */
export function checkPartName(name: string, kind: string): void {
  const fault = faultOf(name)
  if (fault !== null) throw refused(name, kind, fault, 'rate-limit')
}

/** npm wants lower case and at most 214 characters; a reference wants words that begin with a letter. */
function faultOf(name: string): string | null {
  if (!/^[a-z]/u.test(name)) return 'it does not begin with a small letter'
  const strange = /[^a-z0-9-]/u.exec(name)?.[0]
  if (strange !== undefined) return `it holds "${strange}"`
  if (/--|-$/u.test(name)) return 'a dash in it is followed by no letter'
  return name.length > 214 ? 'it is longer than 214 characters' : null
}

function refused(name: string, kind: string, fault: string, example: string): SlipwayError {
  return new SlipwayError('SLIPWAY_USAGE', `"${name}" can be the name of no ${kind}: ${fault}`, {
    expected: `small letters, digits and dashes, such as ${example}`,
    hint: 'see: slipway init --help',
  })
}

/** As a word of a dotted reference. */
export function moduleWord(name: string): string {
  return name.replaceAll('-', '_')
}
