// A command as objects of Kubernetes: Deployment, Service, ConfigMap, and a Secret for what the ConfigMap must not show. The
// service drains by itself (stop_delay), so that no preStop hook has to sleep.
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { Document, isMap } from 'yaml'
import { masked } from '../config/masked.ts'
import { ExitCode, SlipwayError } from '../errors.ts'
import { readText } from '../ini/index.ts'
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
import { type ExportFile, writeExport } from './export-files.ts'
import { holdsSecrets, splitSecrets } from './export-secrets.ts'
import type { Terminal } from './terminal.ts'

interface KubernetesOptions extends ImageOptions {
  readonly showSecrets?: true
}

/** File names with their texts. */
type Data = ReadonlyMap<string, string>

interface Parts {
  readonly facts: ServiceFacts
  readonly image: string
  readonly plain: Data
  readonly secret: Data
}

const secretsFile = 'secrets.conf'

export async function exportKubernetes(options: KubernetesOptions, terminal: Terminal): Promise<number> {
  const facts = await exportFacts(options, terminal)
  const parts: Parts = { facts, image: imageOf(facts, options), ...dataOf(facts) }
  const isShown = options.output !== undefined || options.showSecrets === true
  if (!isShown && parts.secret.size > 0) {
    terminal.err('the Secret is masked: --output writes it to a file for its owner, --show-secrets shows it\n')
  }
  writeExport(filesOf(parts, isShown), { output: options.output, separator: '---\n' }, terminal)
  return ExitCode.ok
}

function filesOf(parts: Parts, isShown: boolean): ExportFile[] {
  const { facts, plain, secret } = parts
  const shown = isShown ? secret : new Map([...secret.keys()].map((name) => [name, masked]))
  return [
    plain.size === 0 ? null : { name: 'configmap.yaml', text: render(dataObject('ConfigMap', 'data', facts, plain)) },
    secret.size === 0
      ? null
      : { name: 'secret.yaml', text: render(dataObject('Secret', 'stringData', facts, shown)), isSecret: isShown },
    { name: 'deployment.yaml', text: renderDeployment(parts) },
    facts.tcp.length === 0 ? null : { name: 'service.yaml', text: render(serviceObject(facts)) },
  ].filter((file) => file !== null)
}

function dataOf(facts: ServiceFacts): { plain: Data; secret: Data } {
  const plain = new Map<string, string>()
  const secret = new Map<string, string>()
  const secrets: string[] = []
  for (const file of facts.files) {
    const split = splitSecrets(file, facts.config)
    add(plain, file, split.plain)
    if (split.secret !== '') secrets.push(split.secret)
  }
  if (secrets.length > 0) secret.set(secretsFile, secrets.join('\n'))
  const { deployment } = facts
  if (deployment !== null) {
    const text = readText(deployment, { purpose: 'deployment file' })
    add(holdsSecrets(deployment) ? secret : plain, deployment, text)
  }
  return { plain, secret }
}

function add(data: Map<string, string>, file: string, text: string): void {
  const name = basename(file)
  if (!data.has(name) && name !== secretsFile && /^[\w.-]+$/u.test(name)) return void data.set(name, text)
  throw new SlipwayError('SLIPWAY_USAGE', `file "${file}" cannot be a key of a ConfigMap by its name "${name}"`, {
    expected: `letters, digits, ".", "-" and "_", each name once, and not "${secretsFile}"`,
  })
}

function labelsOf(facts: ServiceFacts): Record<string, string> {
  const { name, version } = facts.project
  return {
    'app.kubernetes.io/name': objectName(facts),
    ...(name === '' ? {} : { 'app.kubernetes.io/part-of': name.replaceAll(/[^\w.-]+/gu, '-').replace(/^[-_.]+/u, '') }),
    ...(version === null ? {} : { 'app.kubernetes.io/version': version.replaceAll(/[^\w.-]/gu, '-') }),
  }
}

function selectorOf(facts: ServiceFacts): Record<string, string> {
  return { 'app.kubernetes.io/name': objectName(facts) }
}

function dataObject(kind: 'ConfigMap' | 'Secret', key: string, facts: ServiceFacts, data: Data): object {
  const metadata = { name: `${objectName(facts)}-config`, labels: labelsOf(facts) }
  return { apiVersion: 'v1', kind, metadata, [key]: Object.fromEntries(data) }
}

function serviceObject(facts: ServiceFacts): object {
  const ports = portsOf(facts).map((port, index) => ({ name: portName(index), port, targetPort: portName(index) }))
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: objectName(facts), labels: labelsOf(facts) },
    spec: { selector: selectorOf(facts), ports },
  }
}

function portName(index: number): string {
  return index === 0 ? 'http' : `http-${index + 1}`
}

function renderDeployment(parts: Parts): string {
  const document = new Document(deploymentObject(parts), noAliases)
  const pod = ['spec', 'template', 'spec']
  comment(
    document,
    [...pod, 'containers', 0],
    ` No limits are guessed: add resources (requests, limits); one worker for each whole CPU.`,
  )
  comment(document, [...pod, 'securityContext'], ' The user "node" of the official images.')
  return document.toString(yamlStyle)
}

function comment(document: Document, path: readonly (string | number)[], text: string): void {
  const node = document.getIn(path, true)
  if (isMap(node)) node.commentBefore = text
}

function deploymentObject(parts: Parts): object {
  const { facts, plain } = parts
  const labels = labelsOf(facts)
  // A change of the files is a change of the pods; the Secret stays out, a hash of it would tell too much.
  const checksum = createHash('sha256')
    .update(JSON.stringify([...plain]))
    .digest('hex')
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: objectName(facts), labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: selectorOf(facts) },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels, annotations: { 'checksum/config': checksum } },
        spec: podOf(parts),
      },
    },
  }
}

/** Of an hour, where a stop may take for ever: Kubernetes wants a number. */
const longestGrace = 3600

function podOf(parts: Parts): object {
  const { facts } = parts
  const volumes = volumesOf(parts)
  const mounts = volumes.map(({ name, mountPath, readOnly }) => ({
    name,
    mountPath,
    ...(readOnly ? { readOnly } : {}),
  }))
  return {
    terminationGracePeriodSeconds: containerStop(facts) ?? longestGrace,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [{ ...containerOf(parts), ...(mounts.length > 0 ? { volumeMounts: mounts } : {}) }],
    ...(volumes.length > 0 ? { volumes: volumes.map(({ name, source }) => ({ name, ...source })) } : {}),
  }
}

interface Volume {
  readonly name: string
  readonly mountPath: string
  readonly readOnly: boolean
  readonly source: object
}

/** ConfigMap and Secret in one folder: files look for each other beside themselves. */
function volumesOf({ facts, plain, secret }: Parts): Volume[] {
  const name = `${objectName(facts)}-config`
  const sources = [
    ...(plain.size > 0 ? [{ configMap: { name } }] : []),
    ...(secret.size > 0 ? [{ secret: { name } }] : []),
  ]
  const config = { name: 'config', mountPath: configFolder(facts), readOnly: true, source: { projected: { sources } } }
  const run = runtimeFolders(facts).map((mountPath, index) => {
    return { name: `run-${index + 1}`, mountPath, readOnly: false, source: { emptyDir: {} } }
  })
  return [...(sources.length > 0 ? [config] : []), ...run]
}

function containerOf({ facts, image, secret }: Parts): object {
  const names = [...facts.files.map((file) => basename(file)), ...(secret.has(secretsFile) ? [secretsFile] : [])]
  const args = names.flatMap((name) => ['--config-file', `${configFolder(facts)}/${name}`])
  const env = [...environmentOf(facts)].map(([name, value]) => ({ name, value }))
  const ports = portsOf(facts).map((containerPort, index) => ({ name: portName(index), containerPort }))
  return {
    name: objectName(facts),
    image,
    command: [facts.command],
    ...(args.length > 0 ? { args } : {}),
    ...(env.length > 0 ? { env } : {}),
    ...(ports.length > 0 ? { ports, ...probesOf(facts) } : {}),
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  }
}

/** A healthcheck that can be switched off by hand says when to send nothing, not when to kill: then a live service is one that accepts. */
function probesOf(facts: ServiceFacts): object {
  const { health, settings } = facts
  const accepts = { tcpSocket: { port: 'http' } }
  const protocol = protocolOf(facts)
  const scheme = protocol === 'https' ? { scheme: 'HTTPS' } : {}
  const isAsked = health !== null && protocol !== 'client'
  const answers = isAsked ? { httpGet: { path: health, port: 'http', ...scheme } } : accepts
  const isSwitched = facts.config.entries().some(({ group, name, value }) => {
    return group === 'healthcheck' && name === 'backends' && Array.isArray(value) && value.length > 0
  })
  const start = settings.start_timeout === 0 ? 60 : settings.start_timeout
  return {
    startupProbe: { ...answers, periodSeconds: 1, failureThreshold: Math.ceil(start) },
    readinessProbe: { ...answers, periodSeconds: 5, timeoutSeconds: 2 },
    livenessProbe: { ...(isSwitched ? accepts : answers), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
  }
}

const yamlStyle = { lineWidth: 0 } as const
const noAliases = { aliasDuplicateObjects: false } as const

function render(value: object): string {
  return new Document(value, noAliases).toString(yamlStyle)
}
