// The options that a project offers, by namespace: entries of `slipway.config` and `oslo.config.opts` in its
// manifest, and what this package has itself. Imports the modules that declare options, and no other code.
import { type Namespace, namespaceOf } from '../config/namespaces.ts'
import type { Option, OptionGroup } from '../config/index.ts'
import type { Distribution } from '../entrypoints/distribution.ts'
import type { EntryPoint } from '../entrypoints/entry-point.ts'
import { loadReference } from '../entrypoints/load.ts'
import { type Diagnostic, diagnostic, isSlipwayError } from '../errors.ts'
import { launchGroup } from '../launch/options.ts'
import { sslGroup } from '../launch/tls/tls-options.ts'
import { reportsGroup } from '../launch/observe/report-options.ts'
import { logGroup } from '../log/options.ts'

/** Groups of entry points that lead to options; the second is oslo.config's. */
const entryGroups = ['slipway.config', 'oslo.config.opts'] as const

/** What every service has. */
const ownNamespaces: readonly Namespace[] = [
  { name: 'slipway.launch', groups: [launchGroup, sslGroup, reportsGroup] },
  { name: 'slipway.log', groups: [logGroup] },
]

export interface Offered {
  readonly namespaces: readonly Namespace[]
  /** Warnings: entries that lead into another language's code. */
  readonly problems: readonly Diagnostic[]
}

/**
 * The namespaces of the manifest, in its order.
 * @throws SlipwayError SLIPWAY_REFERENCE_…, SLIPWAY_CONFIG_DECLARATION
 */
async function manifestNamespaces(project: Distribution): Promise<Offered> {
  const namespaces = new Map<string, Namespace>()
  const problems: Diagnostic[] = []
  for (const entry of project.entryPoints.filter(({ group }) => entryGroups.some((known) => known === group))) {
    const found = await namespaceAt(entry, project)
    if (found === null) continue
    const { name } = entry
    if ('groups' in found) {
      const earlier = namespaces.get(name)?.groups ?? []
      namespaces.set(name, { name, groups: [...earlier, ...found.groups] })
    } else problems.push(found)
  }
  return { namespaces: [...namespaces.values()], problems }
}

/** What a sample file is made of: the manifest's, and of what every service has what the manifest has not already. */
export async function serviceNamespaces(project: Distribution): Promise<Offered> {
  const { namespaces, problems } = await manifestNamespaces(project)
  const known = new Set(namespaces.flatMap(({ groups }) => groups.flatMap(optionNames)))
  const rest = ownNamespaces.map(({ name, groups }) => ({ name, groups: groups.map((one) => without(one, known)) }))
  return { namespaces: [...namespaces, ...rest], problems }
}

/** What may be asked for by name: the manifest's, and all of this package, whole. */
export async function namedNamespaces(project: Distribution): Promise<Offered> {
  const { namespaces, problems } = await manifestNamespaces(project)
  const rest = (await packageNamespaces()).filter(({ name }) => !namespaces.some((known) => known.name === name))
  return { namespaces: [...namespaces, ...rest], problems }
}

/** Every group of the manifest and of what every service has, each as it is declared. */
export async function serviceGroups(project: Distribution): Promise<{ groups: OptionGroup[]; problems: Diagnostic[] }> {
  const { namespaces, problems } = await manifestNamespaces(project)
  return { groups: [...ownNamespaces, ...namespaces].flatMap(({ groups }) => groups), problems: [...problems] }
}

/** Under our own names, and under those that configuration of OpenStack's generator asks for. */
async function packageNamespaces(): Promise<Namespace[]> {
  const options = await import('../middleware/options.ts')
  const { policyGroup } = await import('../api/policy/options.ts')
  const middleware = [options.osloMiddlewareGroup, options.corsGroup, options.healthcheckGroup]
  const table: Readonly<Record<string, readonly OptionGroup[]>> = {
    'slipway.middleware': [...middleware, options.prefixGroup, options.authTokenGroup, options.profilerGroup],
    'oslo.log': [logGroup],
    'oslo.reports': [reportsGroup],
    'oslo.middleware': middleware,
    'oslo.middleware.cors': [options.corsGroup],
    'oslo.middleware.healthcheck': [options.healthcheckGroup],
    'oslo.middleware.http_proxy_to_wsgi': [options.osloMiddlewareGroup],
    'oslo.middleware.sizelimit': [options.osloMiddlewareGroup],
    'oslo.policy': [policyGroup],
    'oslo.service.service': [launchGroup],
    'oslo.service.sslutils': [sslGroup],
    'oslo.service.wsgi': [launchGroup],
    'keystonemiddleware.auth_token': [options.authTokenGroup],
    osprofiler: [options.profilerGroup],
  }
  return [...ownNamespaces, ...Object.entries(table).map(([name, groups]) => ({ name, groups }))]
}

async function namespaceAt(entry: EntryPoint, project: Distribution): Promise<Namespace | Diagnostic | null> {
  const { reference, name, valueWhere: where, group } = entry
  if (!reference) return null
  try {
    return await namespaceOf(name, await loadReference(reference, project, { where }), where)
  } catch (error) {
    // A manifest may be that of a Python program beside its successor.
    if (group !== 'oslo.config.opts' || !isSlipwayError(error) || error.code !== 'SLIPWAY_REFERENCE_MODULE') throw error
    return diagnostic('warning', error.code, `${error.message}: its options are not known`, {
      where: error.where,
      hint: 'declare them in a module of this project, under "slipway.config"',
    })
  }
}

function optionNames({ name, options }: OptionGroup): string[] {
  return Object.keys(options).map((option) => `${name}.${option}`)
}

function without(group: OptionGroup, known: ReadonlySet<string>): OptionGroup {
  const rest = Object.entries(group.options).filter(([option]) => !known.has(`${group.name}.${option}`))
  return { ...group, options: Object.fromEntries<Option>(rest) }
}
