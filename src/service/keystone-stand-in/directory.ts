// Who the stand-in for Keystone knows: users with their roles, application credentials, other services.
// Read from a file of JSON. Everything is in the domain Default, and ids are made of names, so that they stay the same.
import { createHash } from 'node:crypto'
import { SlipwayError } from '../../errors.ts'

export interface User {
  readonly id: string
  readonly name: string
  readonly password: string
  /** By the name of the project; `system` is the whole deployment. */
  readonly roles: ReadonlyMap<string, readonly string[]>
}

export interface AccessRule {
  readonly service: string
  readonly method: string
  readonly path: string
}

export interface ApplicationCredential {
  readonly id: string
  readonly secret: string
  readonly user: string
  readonly project: string
  readonly accessRules: readonly AccessRule[] | null
}

interface Service {
  readonly type: string
  readonly name: string
  readonly url: string
}

export interface Directory {
  readonly users: readonly User[]
  readonly applicationCredentials: readonly ApplicationCredential[]
  readonly services: readonly Service[]
}

/** 32 hexadecimal digits, as Keystone's ids. */
export function idOf(kind: 'user' | 'project' | 'role' | 'service' | 'endpoint', name: string): string {
  return createHash('sha256').update(`${kind} ${name}`).digest('hex').slice(0, 32)
}

/**
 * @param file what messages call it
 * @throws SlipwayError SLIPWAY_CONFIG_VALUE for what has another shape
 */
export function parseDirectory(text: string, file: string): Directory {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (cause) {
    throw new SlipwayError('SLIPWAY_CONFIG_VALUE', `the users file "${file}" is no JSON`, { where: { file }, cause })
  }
  const reader = new Reader(file)
  const { users, application_credentials: credentials, catalog } = reader.record(data, 'the file')
  return {
    users: reader.list(users, 'users').map((user, at) => userOf(reader, user, `users[${at}]`)),
    applicationCredentials: reader
      .list(credentials ?? [], 'application_credentials')
      .map((one, at) => credentialOf(reader, one, `application_credentials[${at}]`)),
    services: reader.list(catalog ?? [], 'catalog').map((service, at) => {
      const place = `catalog[${at}]`
      const { type, name, url } = reader.record(service, place)
      const kind = reader.text(type, `${place}.type`)
      return { type: kind, name: reader.text(name ?? kind, `${place}.name`), url: reader.text(url, `${place}.url`) }
    }),
  }
}

function userOf(reader: Reader, user: unknown, place: string): User {
  const { name: given, id, password, roles } = reader.record(user, place)
  const name = reader.text(given, `${place}.name`)
  const granted = Object.entries(reader.record(roles ?? {}, `${place}.roles`)).map(
    ([project, names]) =>
      [
        project,
        reader.list(names, `${place}.roles.${project}`).map((role) => reader.text(role, `${place}.roles.${project}`)),
      ] as const,
  )
  return {
    id: id === undefined ? idOf('user', name) : reader.text(id, `${place}.id`),
    name,
    password: reader.text(password, `${place}.password`),
    roles: new Map(granted),
  }
}

function credentialOf(reader: Reader, one: unknown, place: string): ApplicationCredential {
  const { id, secret, user, project, access_rules: rules } = reader.record(one, place)
  return {
    id: reader.text(id, `${place}.id`),
    secret: reader.text(secret, `${place}.secret`),
    user: reader.text(user, `${place}.user`),
    project: reader.text(project, `${place}.project`),
    accessRules:
      rules === undefined
        ? null
        : reader.list(rules, `${place}.access_rules`).map((rule, at) => {
            const within = `${place}.access_rules[${at}]`
            const { service, method, path } = reader.record(rule, within)
            return {
              service: reader.text(service, `${within}.service`),
              method: reader.text(method, `${within}.method`),
              path: reader.text(path, `${within}.path`),
            }
          }),
  }
}

/** Narrows, and names the place of what does not fit. */
class Reader {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  record(value: unknown, place: string): Record<string, unknown> {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
    throw this.#fault(place, 'an object')
  }

  list(value: unknown, place: string): readonly unknown[] {
    if (Array.isArray(value)) return value
    throw this.#fault(place, 'a list')
  }

  text(value: unknown, place: string): string {
    if (typeof value === 'string' && value !== '') return value
    throw this.#fault(place, 'a text')
  }

  #fault(place: string, expected: string): SlipwayError {
    return new SlipwayError('SLIPWAY_CONFIG_VALUE', `"${place}" of the users file "${this.#file}" does not fit`, {
      where: { file: this.#file },
      expected,
    })
  }
}
