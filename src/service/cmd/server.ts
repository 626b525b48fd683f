// The command `service-server`: configuration, deployment file, launcher. It runs in the process that the
// operator started; the app itself is built in the workers.
import { readConfig } from '../../config/index.ts'
import { appName, deploymentUri, projectFolder } from '../deployment.ts'
import { groups } from '../opts.ts'
import { readVersion } from '../version.ts'

/** Serves the API until it is told to stop; the exit status of the command. */
export async function main(argv: readonly string[]): Promise<number> {
  const conf = readConfig({
    groups,
    argv,
    prog: 'service-server',
    project: 'service',
    version: readVersion(),
    description: 'Serves the HTTP API of the service.',
  })
  // After the flags are read: `--help` has no use for the launcher.
  const { serveApp } = await import('../../launch/serve-app.ts')
  const launcher = await serveApp({ conf, uri: deploymentUri, name: appName, from: projectFolder() })
  return launcher.wait()
}
