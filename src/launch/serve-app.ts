// One call from a deployment file to a service that runs. A reload checks the file here, in the process that
// the operator started, so that a fault of it costs no worker; at the start the workers find it sooner.
import type { Config } from '../config/index.ts'
import { findProjectFolder } from '../entrypoints/distribution.ts'
import { requireFactories } from '../paste/factories.ts'
import { describeApp } from '../paste/describe.ts'
import { launch, type Launcher, type LaunchOptions } from './launcher.ts'
import { type PasteArgs, projectsOf } from './paste-args.ts'

export interface ServeAppOptions extends Omit<PasteArgs, 'uri'>, Omit<LaunchOptions, 'name'> {
  /** Must know `launchGroup`: give it to `readConfig`. */
  readonly conf: Config
  /** A URI, or what finds it in a configuration, at the start and at every reload. */
  readonly uri: string | ((conf: Config) => string)
}

/**
 * Serves the app of a deployment file with the workers and addresses of the configuration.
 *
 *     const launcher = await serveApp({ conf, uri: 'config:/etc/shop/api-paste.ini' })
 *     process.exitCode = await launcher.wait()
 *
 * @throws SlipwayError with every fault of the file; else as `launch` does
 */
export async function serveApp({
  conf,
  uri,
  name,
  flavour,
  manifest,
  standIn,
  ...options
}: ServeAppOptions): Promise<Launcher> {
  const { relativeTo = process.cwd(), from = findProjectFolder(process.cwd()), ...launchOptions } = options
  const argsFor = (config: Config): PasteArgs => ({
    uri: typeof uri === 'string' ? uri : uri(config),
    name,
    flavour,
    relativeTo,
    manifest,
    standIn,
  })
  const check = (config: Config, given: unknown): void => {
    const args = given as PasteArgs
    const plan = describeApp(args.uri, { name, flavour, relativeTo, projects: projectsOf(from, args), config })
    if (standIn === undefined) requireFactories(plan)
  }
  return launch(conf, 'slipway.launch:PasteService', argsFor, { ...launchOptions, from, check })
}
