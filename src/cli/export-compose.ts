// A command as a service of a compose file (the Compose Specification). Files of the configuration are mounted from where they are:
// nothing of them is copied, and those that hold secrets go as secrets.
import { basename } from 'node:path'
import { Document } from 'yaml'
import { ExitCode } from '../errors.ts'
import {
  configFolder,
  containerStop,
  environmentOf,
  imageOf,
  objectName,
  portsOf,
  protocolOf,
  runtimeFolders,
} from './export-container.ts'
import { exportFacts, type ImageOptions, type ServiceFacts } from './export-facts.ts'
import { writeExport } from './export-files.ts'
import { holdsSecrets, splitSecrets } from './export-secrets.ts'
import type { Terminal } from './terminal.ts'

export async function exportCompose(options: ImageOptions, terminal: Terminal): Promise<number> {
  const facts = await exportFacts(options, terminal)
  const text = new Document(composeObject(facts, imageOf(facts, options)), { aliasDuplicateObjects: false }).toString({
    lineWidth: 0,
  })
  writeExport([{ name: 'compose.yaml', text }], { output: options.output, separator: '' }, terminal)
  return ExitCode.ok
}

interface Mount {
  readonly source: string
  readonly file: string
  readonly target: string
  readonly isSecret: boolean
}

function composeObject(facts: ServiceFacts, image: string): object {
  const mounts = mountsOf(facts)
  const configs = mounts.filter(({ isSecret }) => !isSecret)
  const secrets = mounts.filter(({ isSecret }) => isSecret)
  return {
    services: { [objectName(facts)]: serviceOf(facts, { image, configs, secrets }) },
    ...(configs.length > 0 ? { configs: sourcesOf(configs) } : {}),
    ...(secrets.length > 0 ? { secrets: sourcesOf(secrets) } : {}),
  }
}

interface ServiceParts {
  readonly image: string
  readonly configs: readonly Mount[]
  readonly secrets: readonly Mount[]
}

function serviceOf(facts: ServiceFacts, { image, configs, secrets }: ServiceParts): object {
  const args = facts.files.flatMap((file) => ['--config-file', `${configFolder(facts)}/${basename(file)}`])
  const environment = environmentOf(facts)
  const ports = portsOf(facts)
  const stop = containerStop(facts)
  const run = runtimeFolders(facts)
  return {
    image,
    command: [facts.command, ...args],
    // Reaps what workers leave behind.
    init: true,
    restart: 'on-failure',
    stop_grace_period: stop === null ? '1h' : `${stop}s`,
    ...(environment.size > 0 ? { environment: Object.fromEntries(environment) } : {}),
    ...(ports.length > 0 ? { ports: ports.map((port) => `${port}:${port}`), healthcheck: healthcheckOf(facts) } : {}),
    ...(run.length > 0 ? { tmpfs: run.map((folder) => `${folder}:mode=1777`) } : {}),
    ...(configs.length > 0 ? { configs: configs.map(shortOf) } : {}),
    ...(secrets.length > 0 ? { secrets: secrets.map(shortOf) } : {}),
  }
}

/** By Node itself: an image has no other client for certain. */
function healthcheckOf(facts: ServiceFacts): object {
  const [port] = portsOf(facts)
  const { health, settings } = facts
  const protocol = protocolOf(facts)
  const script =
    health === null || protocol === 'client'
      ? `require('node:net').connect(${port}, '127.0.0.1').on('connect', () => process.exit(0)).on('error', () => process.exit(1))`
      : askScript(`${protocol}://127.0.0.1:${port}${health}`, protocol)
  const start = settings.start_timeout === 0 ? 60 : Math.ceil(settings.start_timeout)
  return { test: ['CMD', 'node', '-e', script], interval: '10s', timeout: '5s', retries: 3, start_period: `${start}s` }
}

/** The certificate is not for 127.0.0.1. */
function askScript(url: string, protocol: 'http' | 'https'): string {
  const options = protocol === 'https' ? '{ rejectUnauthorized: false }' : '{}'
  const answered = '({ statusCode }) => process.exit(statusCode < 400 ? 0 : 1)'
  return `require('node:${protocol}').get('${url}', ${options}, ${answered}).on('error', () => process.exit(1))`
}

function mountsOf(facts: ServiceFacts): Mount[] {
  const { files, deployment, config } = facts
  const all = [
    ...files.map((file) => ({ file, isSecret: splitSecrets(file, config).secret !== '' })),
    ...(deployment === null ? [] : [{ file: deployment, isSecret: holdsSecrets(deployment) }]),
  ]
  return all.map(({ file, isSecret }) => {
    const name = basename(file)
    return { file, isSecret, source: name.replaceAll(/[^\w-]+/gu, '-'), target: `${configFolder(facts)}/${name}` }
  })
}

function shortOf({ source, target }: Mount): object {
  return { source, target }
}

function sourcesOf(mounts: readonly Mount[]): object {
  return Object.fromEntries(mounts.map(({ source, file }) => [source, { file }]))
}
