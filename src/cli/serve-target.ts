// From the words of `slipway serve` to a launcher at work. The file is described here first, so that a
// fault of it costs neither a socket nor a worker.
import { isIPv6 } from 'node:net'
import { ownDistribution } from '../entrypoints/aliases.ts'
import { serveApp } from '../launch/serve-app.ts'
import type { PlanOptions, StandInOptions } from './flags.ts'
import { projectAt } from './project.ts'
import { readServiceConfig, tellNearMisses } from './service-config.ts'
import { namingRoots, parseTarget } from './target.ts'
import type { Terminal } from './terminal.ts'

export interface ServeOptions extends PlanOptions, StandInOptions {
  readonly host?: string
  readonly port?: string
  readonly listen?: readonly string[]
  readonly workers?: string
  readonly reload?: true
  readonly inspect?: string
}

/** The launcher's own status, when a signal has ended it. */
export async function serveTarget(text: string, options: ServeOptions, terminal: Terminal): Promise<number> {
  const { manifest, flavour, standIn } = options
  const { cwd } = terminal
  const { version } = ownDistribution()
  const config = readServiceConfig({ files: options.configFile, argv: flagsOf(options) })
  tellNearMisses(config, terminal)
  const target = parseTarget(text, cwd)
  const project = projectAt(manifest, cwd)
  const launcher = await namingRoots(target, () =>
    serveApp({
      conf: config,
      uri: target.uri,
      name: target.name ?? undefined,
      flavour,
      standIn,
      from: project.folder,
      manifest: manifest === undefined ? undefined : project.manifests[0]?.file,
      relativeTo: cwd,
      ...(version === null ? {} : { version }),
    }),
  )
  return launcher.wait()
}

/** The launcher's options have flags of their own; `--host` and `--port` are one of them in two words. */
function flagsOf({ host, port, listen = [], workers, reload, inspect }: ServeOptions): string[] {
  const address = host === undefined && port === undefined ? [] : [addressOf(host ?? '127.0.0.1', port ?? '8774')]
  return [
    ...[...listen, ...address].flatMap((one) => ['--listen', one]),
    ...(workers === undefined ? [] : [`--workers=${workers}`]),
    ...(reload ? ['--reload'] : []),
    ...(inspect === undefined ? [] : [`--inspect=${inspect}`]),
  ]
}

function addressOf(host: string, port: string): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`
}
