// From the reference of a service to the service itself: imports the user's module and makes the
// object. Runs where the service will run, never in a master of processes.
import { readDistribution } from '../../entrypoints/distribution.ts'
import { loadReference } from '../../entrypoints/load.ts'
import { setProjectFolder } from '../../entrypoints/project-folder.ts'
import { parseReference } from '../../entrypoints/reference.ts'
import { SlipwayError } from '../../errors.ts'
import type { ServiceSpec } from '../messages.ts'
import type { Service } from '../service.ts'

// Ours, by the names that everyone gives them: found from any project, also one that has this package installed elsewhere.
const own = new Map<string, () => Promise<unknown>>([
  ['slipway.launch:PasteService', async () => (await import('../paste-service.ts')).PasteService],
])

const methods = ['start', 'stop', 'wait'] as const

/**
 * @throws SlipwayError SLIPWAY_REFERENCE_… when the reference leads nowhere, SLIPWAY_LAUNCH_SERVICE when it leads to
 * no service; what the user's code throws goes through as it is
 */
export async function loadService(spec: ServiceSpec): Promise<Service> {
  setProjectFolder(spec.from)
  const load = own.get(spec.reference) ?? (() => loadByReference(spec))
  const target = await load()
  if (typeof target !== 'function') throw notAService(spec, target)
  const service: unknown = isServiceClass(target)
    ? new (target as unknown as new (args: unknown) => unknown)(spec.args)
    : await (target as unknown as (args: unknown) => unknown)(spec.args)
  if (!isService(service)) throw notAService(spec, service)
  return service
}

async function loadByReference({ reference, from }: ServiceSpec): Promise<unknown> {
  return loadReference(parseReference(reference), readDistribution(from))
}

/** A class is told from a function by what its objects can do. */
function isServiceClass(target: CallableFunction): boolean {
  const { prototype } = target as { readonly prototype?: unknown }
  return typeof prototype === 'object' && prototype !== null && 'start' in prototype
}

function isService(value: unknown): value is Service {
  return typeof value === 'object' && value !== null && missingOf(value).length === 0
}

function missingOf(value: object): string[] {
  const members = value as Readonly<Record<string, unknown>>
  return methods.filter((name) => typeof members[name] !== 'function')
}

function notAService(spec: ServiceSpec, found: unknown): SlipwayError {
  const missing = typeof found === 'object' && found !== null ? missingOf(found) : []
  return new SlipwayError('SLIPWAY_LAUNCH_SERVICE', `"${spec.reference}" does not give a service`, {
    found: missing.length > 0 ? `an object without ${missing.join(', ')}` : found === null ? 'null' : typeof found,
    expected: 'a class, or a function that makes an object, with start, stop and wait',
  })
}
