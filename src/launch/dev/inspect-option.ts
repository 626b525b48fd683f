// The option `inspect` where the service runs, before its code does. Loads the inspector only when it is set.
import type { Config } from '../../config/index.ts'
import { launchGroup } from '../options.ts'

const highestPort = 65_535

/** Worker 1 has the port of the option, the others those after it. */
export async function inspectAsConfigured(config: Config, workerId: number): Promise<void> {
  const { inspect } = config.get(launchGroup)
  if (inspect === null) return
  const { openInspector } = await import('./inspector.ts')
  const port = inspect === 0 ? 0 : inspect + workerId - 1
  await openInspector(port > highestPort ? 0 : port)
}
