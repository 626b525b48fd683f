// From the words of `slipway serve` to a launcher at work. The file is described here first, so that a
// fault of it costs neither a socket nor a worker.
import { isIPv6 } from 'node:net'
import { ownDistribution } from '../entrypoints/aliases.ts'
import { launch } from '../launch/launcher.ts'
import { describeSound } from '../paste/describe.ts'
import { requireFactories } from '../paste/factories.ts'
import type { PlanOptions, StandInOptions } from './flags.ts'
import { projectAt } from './project.ts'
import type { ServedAppArgs } from './served-app.ts'
import { readServiceConfig, tellNearMisses } from './service-config.ts'
import { namingRoots, parseTarget } from './target.ts'
import type { Terminal } from './terminal.ts'

export interface ServeOptions extends PlanOptions, StandInOptions {
  readonly host?: string
  readonly port?: string
  readonly listen?: readonly string[]
  readonly workers?: string
}

/** The launcher's own status, when a signal has ended it. */
export async function serveTarget(text: string, options: ServeOptions, terminal: Terminal): Promise<number> {
  const { manifest, flavour, standIn } = options
  const { cwd } = terminal
  const config = readServiceConfig({ files: options.configFile, argv: flagsOf(options) })
  tellNearMisses(config, terminal)
  const target = parseTarget(text, cwd)
  await namingRoots(target, () => {
    const projects = [projectAt(manifest, cwd)]
    const { plan } = describeSound('app', target.uri, { name: target.name ?? undefined, projects, config, flavour })
    if (!standIn) requireFactories(plan)
  })
  const args: ServedAppArgs = { target: text, manifest, flavour, cwd, ...(standIn ? { standIn } : {}) }
  const { folder, version } = ownDistribution()
  const launcher = await launch(config, 'slipway.cli.served_app:ServedApp', args, {
    from: folder,
    name: 'slipway',
    ...(version === null ? {} : { version }),
  })
  return launcher.wait()
}

/** The launcher's options have flags of their own; `--host` and `--port` are one of them in two words. */
function flagsOf({ host, port, listen = [], workers }: ServeOptions): string[] {
  const address = host === undefined && port === undefined ? [] : [addressOf(host ?? '127.0.0.1', port ?? '8774')]
  return [
    ...[...listen, ...address].flatMap((one) => ['--listen', one]),
    ...(workers === undefined ? [] : [`--workers=${workers}`]),
  ]
}

function addressOf(host: string, port: string): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`
}
