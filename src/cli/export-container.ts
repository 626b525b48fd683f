// What every kind of container needs: the name of the image and of the thing, the port, and what the environment
// has to change in the configuration. Pure.
import { isIPv6 } from 'node:net'
import { basename, dirname, isAbsolute } from 'node:path'
import { renderAddress, type TcpAddress } from '../launch/address.ts'
import { deploymentEntries, type ImageOptions, type ServiceFacts } from './export-facts.ts'

/** Load balancers take this long to see that a container goes; the usual period of a probe. */
const stopDelay = 5

/** A label of DNS, as names of objects have to be. */
export function objectName({ command }: ServiceFacts): string {
  return command
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, '-')
    .replaceAll(/^-|-$/gu, '')
    .slice(0, 53)
}

/** The folder in the container that holds the configuration. */
export function configFolder(facts: ServiceFacts): string {
  return `/etc/${objectName(facts)}`
}

export function imageOf({ project }: ServiceFacts, { image }: ImageOptions): string {
  if (image !== undefined) return image
  const name = project.name.replace(/^@/u, '').toLowerCase() || 'service'
  return `${name}:${project.version ?? 'latest'}`
}

/** The first port is the one that is asked whether the service is well. */
export function portsOf({ tcp }: ServiceFacts): number[] {
  return [...new Set(tcp.map(({ port }) => port).filter((port) => port > 0))]
}

function stopDelayOf({ settings }: ServiceFacts): number {
  return settings.stop_delay === 0 ? stopDelay : settings.stop_delay
}

/** Seconds from the order to stop until nothing is left, with the delay that a container has. */
export function containerStop(facts: ServiceFacts): number | null {
  const { graceful_shutdown_timeout: grace } = facts.settings
  return grace === 0 ? null : Math.ceil(grace + stopDelayOf(facts)) + 5
}

/** Beats the files: they may say what holds on one machine only. */
export function environmentOf(facts: ServiceFacts): Map<string, string> {
  const { tcp, unix, settings, deployment, config } = facts
  const environment = new Map<string, string>()
  if (tcp.some(isOfMachine)) {
    const listen = [...tcp.map(everywhere), ...unix]
    environment.set('OS_DEFAULT__LISTEN', listen.map(renderAddress).join('\n'))
  }
  if (settings.stop_delay === 0 && tcp.length > 0) environment.set('OS_DEFAULT__STOP_DELAY', String(stopDelay))
  if (deployment !== null) {
    for (const { group, option, name } of deploymentEntries(config).filter((one) => isAbsolute(one.name))) {
      environment.set(`OS_${group.toUpperCase()}__${option.toUpperCase()}`, `${configFolder(facts)}/${basename(name)}`)
    }
  }
  return environment
}

/** What a probe has to speak: `client` where only those with a certificate get an answer. */
export function protocolOf({ config, tcp }: Pick<ServiceFacts, 'config' | 'tcp'>): 'http' | 'https' | 'client' {
  const ssl = new Map(config.entries().flatMap(({ group, name, value }) => (group === 'ssl' ? [[name, value]] : [])))
  const isSet = (name: string): boolean => typeof ssl.get(name) === 'string' && ssl.get(name) !== ''
  const [first] = tcp.filter(({ port }) => port > 0)
  const isPlain = first !== undefined && 'tls' in first && first.tls === 'off'
  if (isPlain || !isSet('cert_file')) return 'http'
  return isSet('ca_file') ? 'client' : 'https'
}

/** An address of this machine is none of the container. */
function isOfMachine({ host }: TcpAddress): boolean {
  return host !== '0.0.0.0' && host !== '::'
}

function everywhere(address: TcpAddress): TcpAddress {
  return { ...address, host: isIPv6(address.host) ? '::' : '0.0.0.0' }
}

/** Folders below /run that the user of the container must be able to write to. */
export function runtimeFolders({ settings, unix }: ServiceFacts): string[] {
  const { control_socket: control, pid_file: pid } = settings
  const paths = [control, pid, ...unix.map(({ path }) => path)].filter((path) => path !== null)
  return [...new Set(paths.filter((path) => /^(?:\/var)?\/run\/[^/]+\//u.test(path)).map((path) => dirname(path)))]
}
