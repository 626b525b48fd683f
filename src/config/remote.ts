// Remote sources of configuration: which there are, what they say. Reads over the network and from the disk,
// at the start and at every reload. A source that cannot be reached ends the start unless it is optional:
// a service that starts without half of its configuration is worse than one that does not.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Diagnostic, diagnostic, isSlipwayError, SlipwayError } from '../errors.ts'
import { readText } from '../ini/index.ts'
import { isFolder } from '../ini/path-kind.ts'
import { fetchText } from './fetch-text.ts'
import type { OptionGroup, ValuesOf } from './option.ts'
import type { Registry } from './registry.ts'
import { isError, problemsOf, reportOf } from './report.ts'
import { Resolver } from './resolver.ts'
import { ownKey, ownVariable, remoteGroup, sourcesGroup } from './source-options.ts'
import { type Origin, type Reading, type Source, Sources } from './sources.ts'

type RemoteValues = ValuesOf<ReturnType<typeof remoteGroup>>

/**
 * The reading with all that remote sources add to it.
 * @throws SlipwayError SLIPWAY_CONFIG_SOURCE for those that cannot be read, and what is wrong with their options
 */
export function withRemote(local: Reading, declared: Registry): Reading {
  if (!mayNameSources(local)) return local
  const reader = new RemoteReader(local, declared.copy())
  return reader.read()
}

/** Cheap, because hardly any configuration has remote sources. */
function mayNameSources({ timeline, env }: Reading): boolean {
  return (
    Object.hasOwn(env, ownVariable) ||
    timeline.some((source) => (source.kind === 'flag' ? source.key === ownKey : /config[_-]source/u.test(source.text)))
  )
}

class RemoteReader {
  readonly #local: Reading
  readonly #registry: Registry
  readonly #resolver: Resolver
  readonly #problems: Diagnostic[] = []
  readonly #notes: Diagnostic[] = []

  constructor(local: Reading, registry: Registry) {
    this.#local = local
    this.#registry = registry
    registry.add(sourcesGroup)
    this.#resolver = new Resolver(registry, new Sources(local), { overrides: new Map(), defaults: new Map() })
  }

  read(): Reading {
    const { names, origin } = this.#names()
    const groups = names.map((name) => this.#groupOf(name, origin)).filter((group) => group !== null)
    for (const group of groups) this.#registry.add(group)
    // The groups may refer to each other's options.
    this.#resolver.forget()
    const described = groups.map((group) => ({ group, values: this.#valuesOf(group) }))
    this.#stop()
    const sources = described.flatMap(({ group, values }) => this.#fetch(group, values))
    this.#stop()
    return {
      ...this.#local,
      timeline: [...this.#local.timeline, ...sources],
      sourceGroups: groups.map(({ name }) => name),
      notes: this.#notes,
    }
  }

  #stop(): void {
    if (this.#problems.some(isError)) throw reportOf([...new Set(this.#problems)])
  }

  #names(): { names: readonly string[]; origin: Origin } {
    const registered = this.#registry.get(ownKey)
    if (!registered) throw new TypeError('config_source is not declared')
    const { value, origin, problems } = this.#resolver.resolve(registered)
    this.#problems.push(...problems)
    return { names: [...new Set((value as readonly string[] | null) ?? [])], origin }
  }

  #groupOf(name: string, { where }: Origin): ReturnType<typeof remoteGroup> | null {
    try {
      return remoteGroup(name)
    } catch (error) {
      if (!isSlipwayError(error)) throw error
      const message = `option "config_source" cannot hold "${name}"`
      this.#problems.push(diagnostic('error', 'SLIPWAY_CONFIG_VALUE', message, { where, expected: 'names of groups' }))
      return null
    }
  }

  #valuesOf(group: OptionGroup): RemoteValues {
    const members = this.#registry.group(group.name)?.members ?? []
    const resolved = members.map((member) => [member.name, this.#resolver.resolve(member)] as const)
    this.#problems.push(...resolved.flatMap(([, { problems }]) => problems))
    return Object.fromEntries(resolved.map(([name, { value }]) => [name, value])) as unknown as RemoteValues
  }

  #fetch({ name }: OptionGroup, values: RemoteValues): Source[] {
    const file = shownUri(values.uri)
    const material = this.#material(name, values)
    if (!material) return []
    const answer = fetchText({ uri: values.uri, ...material, timeoutMs: Math.ceil(values.timeout * 1000) })
    if ('text' in answer) return [{ kind: 'source', file, text: answer.text }]
    const message = `configuration source "${name}" ${answer.problem}`
    const { where } = this.#originOf(name, 'uri')
    const kind = values.optional ? 'warning' : 'error'
    const hint = values.optional ? undefined : `to start without it: optional = true in [${name}]`
    const problem = diagnostic(kind, 'SLIPWAY_CONFIG_SOURCE', message, { where, found: file, hint })
    if (values.optional) this.#notes.push(problem)
    else this.#problems.push(problem)
    return []
  }

  /** Certificates and key; null when one cannot be read, which no switch tolerates: it lies on this machine. */
  #material(name: string, { ca_path, client_cert, client_key }: RemoteValues) {
    const read = (option: string, path: string | null, purpose: string): string | null => {
      if (path === null || path === '') return null
      return readText(path, { purpose, where: this.#originOf(name, option).where })
    }
    try {
      const cert = read('client_cert', client_cert, 'client certificate')
      const key = read('client_key', client_key, 'client key') ?? cert
      return { ca: ca_path ? authorities(ca_path, this.#originOf(name, 'ca_path')) : null, cert, key }
    } catch (error) {
      if (!isSlipwayError(error)) throw error
      this.#problems.push(...problemsOf(error))
      return null
    }
  }

  #originOf(group: string, name: string): Origin {
    const registered = this.#registry.find(`${group}.${name}`)
    if (!registered) throw new TypeError(`no option ${group}.${name}`)
    return this.#resolver.resolve(registered).origin
  }
}

/** A file of certificates, or all of a folder. */
function authorities(path: string, { where }: Origin): string[] {
  const options = { purpose: 'certificate file', where }
  if (!isFolder(path)) return [readText(path, options)]
  const files = readdirSync(path, { withFileTypes: true }).filter((entry) => !entry.isDirectory())
  const found = files
    .map(({ name }) => readText(join(path, name), options))
    .filter((text) => text.includes('-----BEGIN CERTIFICATE-----'))
  if (found.length > 0) return found
  throw new SlipwayError('SLIPWAY_INPUT_MISSING', `folder "${path}" holds no certificate`, { where })
}

/** Without user, password and query. */
function shownUri(uri: string): string {
  const { protocol, host, pathname } = new URL(uri)
  return `${protocol}//${host}${pathname}`
}
