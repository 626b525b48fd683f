// The app of the service for a server that is not ours: the target of the wsgi script `service-wsgi-api`.
// It opens no socket and starts no worker; the server that imports it owns both.
import { readConfig } from '../config/index.ts'
import { findProject } from '../entrypoints/distribution.ts'
import type { App } from '../http/index.ts'
import { createLogger } from '../log/index.ts'
import { loadApp } from '../paste/index.ts'
import { appName, deploymentUri, projectFolder } from './deployment.ts'
import { groups } from './opts.ts'
import { readVersion } from './version.ts'

/**
 * Builds the pipeline. Without arguments the configuration comes from the standard places
 * (`/etc/service/service.conf`) and the environment (`OS_DEFAULT__AUTH_STRATEGY`).
 */
export async function initApp(argv: readonly string[] = []): Promise<App> {
  const prog = 'service-wsgi-api'
  const conf = readConfig({ groups, argv, prog, project: 'service', version: readVersion() })
  const log = await createLogger(conf, { name: prog })
  // Not closed: the process ends when its server says so, and what the filters hold ends with it.
  const projects = [findProject(projectFolder())]
  const { value } = await loadApp(deploymentUri(conf), { name: appName, projects, config: conf, log })
  return value
}
