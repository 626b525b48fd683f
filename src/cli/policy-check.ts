// What policies decide for a token, as oslopolicy-checker tells it, each with its reasons.
import { resolve } from 'node:path'
import type { Enforcer, Explanation } from '../api/policy/enforcer.ts'
import type { ExplainedPart } from '../api/policy/explain.ts'
import type { PolicyValues } from '../api/policy/tree.ts'
import { closeNames, positionOf, renderWhere } from '../diagnostic.ts'
import { ExitCode, SlipwayError } from '../errors.ts'
import { readText } from '../ini/read-text.ts'
import { openPolicies, type PolicyFileOptions, tellWarnings } from './policy-rules.ts'
import { paintFor } from './colour.ts'
import type { Terminal } from './terminal.ts'

export interface PolicyCheckOptions extends PolicyFileOptions {
  readonly access?: string
  readonly target?: string
  readonly rule?: readonly string[]
  readonly isAdmin?: true
  readonly explain?: true
  readonly json?: true
}

/** 1 when a policy denies. */
export async function checkPolicies(options: PolicyCheckOptions, terminal: Terminal): Promise<number> {
  if (options.access === undefined) {
    throw new SlipwayError('SLIPWAY_USAGE', 'say who asks: --access <file>', {
      hint: 'see: slipway policy check --help',
    })
  }
  const credentials = credentialsOf(readJson(options.access, 'access file', terminal), options.isAdmin ?? false)
  const target =
    options.target === undefined ? ownTarget(credentials) : flat(readJson(options.target, 'target file', terminal))
  const { enforcer, problems } = await openPolicies(options, terminal)
  tellWarnings([...problems, ...enforcer.problems()], terminal)
  const explained: Explanation[] = []
  for (const name of namesOf(enforcer, options.rule)) explained.push(await enforcer.explain(name, target, credentials))
  terminal.out(
    options.json ? `${JSON.stringify(explained.map(toJson), null, 2)}\n` : textOf(explained, options, terminal),
  )
  return explained.every(({ allowed }) => allowed) ? ExitCode.ok : 1
}

function namesOf(enforcer: Enforcer, asked: readonly string[] | undefined): readonly string[] {
  const names = [...enforcer.rules().keys()]
  if (asked === undefined) return names.filter((name) => name.includes(':')).sort()
  // The default policy decides on names that are not there; without it the name is a mistake.
  const unknown = asked.find((name) => !names.includes(name) && !enforcer.hasDefault)
  if (unknown === undefined) return asked
  throw new SlipwayError('SLIPWAY_USAGE', `there is no policy "${unknown}"`, {
    alternatives: closeNames(unknown, names),
  })
}

function readJson(path: string, purpose: string, { cwd }: Terminal): PolicyValues {
  const file = resolve(cwd, path)
  try {
    const value: unknown = JSON.parse(readText(file, { purpose }))
    if (isRecord(value)) return value
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new SlipwayError('SLIPWAY_USAGE', `${purpose} "${file}" is not JSON: ${error.message}`, { where: { file } })
  }
  throw new SlipwayError('SLIPWAY_USAGE', `${purpose} "${file}" holds no object`, { where: { file } })
}

function isRecord(value: unknown): value is PolicyValues {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A token as Keystone shows it, with the names that rules use; else the values as they are. */
function credentialsOf(access: PolicyValues, isAdmin: boolean): PolicyValues {
  const { token } = access
  if (!isRecord(token)) return isAdmin ? { ...access, is_admin: true } : access
  const { roles, user, project, domain, system } = token
  return {
    ...token,
    roles: Array.isArray(roles) ? roles.map((role: unknown) => (isRecord(role) ? role.name : role)) : [],
    ...idOf('user_id', user),
    ...(isRecord(user) ? idOf('user_domain_id', user.domain) : {}),
    ...idOf('project_id', project),
    ...(isRecord(project) ? idOf('project_domain_id', project.domain) : {}),
    ...idOf('domain_id', domain),
    ...(system ? { system_scope: 'all' } : {}),
    is_admin: isAdmin,
  }
}

function idOf(name: string, value: unknown): PolicyValues {
  return isRecord(value) && value.id !== undefined ? { [name]: value.id } : {}
}

function ownTarget({ user_id, project_id }: PolicyValues): PolicyValues {
  return { ...(user_id === undefined ? {} : { user_id }), ...(project_id === undefined ? {} : { project_id }) }
}

/** `{ a: { b: 1 } }` as `a.b`: the names in a template are those of the target itself. */
function flat(values: PolicyValues, before = ''): PolicyValues {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      isRecord(value) ? Object.entries(flat(value, `${before}${name}.`)) : [[`${before}${name}`, value]],
    ),
  )
}

function toJson({ where, ...rest }: Explanation) {
  return { ...rest, where: positionOf(where) }
}

function textOf(explained: readonly Explanation[], { explain }: PolicyCheckOptions, terminal: Terminal): string {
  const paint = paintFor(terminal, 'stdout')
  const lines = explained.flatMap((one) => {
    const word = one.allowed ? paint.green('passed') : paint.red('failed')
    return [`${word}: ${one.rule}`, ...(explain ? reasonsOf(one, terminal) : [])]
  })
  return lines.map((line) => `${line}\n`).join('')
}

function reasonsOf({ rule, decidedBy, origin, where, scope, tree }: Explanation, { cwd }: Terminal): string[] {
  if (tree === null) return ['  there is no such policy']
  const place =
    where === null ? (origin === 'default' ? 'by default' : 'by its old and new default') : renderWhere(where, cwd)
  const by = decidedBy === rule ? place : `by "${decidedBy}", ${place}`
  const mismatch =
    scope === null ? [] : [`  for a scope of ${scope.wanted.join(' or ')}, asked with ${scope.given} scope`]
  return [`  ${by}`, ...mismatch, ...partLines(tree, '  ')]
}

function partLines({ text, outcome, why, parts }: ExplainedPart, indent: string): string[] {
  const mark = outcome === null ? '·' : outcome ? '✓' : '✗'
  return [
    `${indent}${mark} ${text}${why === null ? '' : `  (${why})`}`,
    ...parts.flatMap((part) => partLines(part, `${indent}  `)),
  ]
}
