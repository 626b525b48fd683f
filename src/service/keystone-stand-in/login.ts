// Who logs in to the stand-in, and for what: the body of `POST /v3/auth/tokens` → the token that they get. Pure.
import type { ApplicationCredential, Directory, User } from './directory.ts'
import { idOf } from './directory.ts'

/** As much of a token of version 3 as is said of whoever holds it. */
export interface TokenBody {
  readonly expires_at: string
  readonly [name: string]: unknown
}

/** What a login comes to: the parts of a token beside its times, or null for a refusal. */
export type Login = Readonly<Record<string, unknown>> | null

interface Named {
  readonly id?: unknown
  readonly name?: unknown
}

interface Identity {
  readonly methods?: unknown
  readonly password?: { readonly user?: Named & { readonly password?: unknown } }
  readonly token?: Named
  readonly application_credential?: Named & { readonly secret?: unknown }
}

interface Scope {
  readonly project?: Named
  readonly domain?: Named
  readonly system?: { readonly all?: unknown }
}

const domain = { id: 'default', name: 'Default' }

/** @param find the body of a token that holds good, for a login by token */
export function logIn(body: unknown, directory: Directory, find: (text: string) => TokenBody | null): Login {
  const auth = (body as { auth?: { identity?: Identity; scope?: Scope } } | null)?.auth
  const identity = auth?.identity
  const method: unknown = Array.isArray(identity?.methods) ? identity.methods[0] : undefined
  switch (method) {
    case 'password': {
      const given = identity?.password?.user
      const user = directory.users.find((one) => fits(one, given))
      if (!user || user.password !== given?.password) return null
      return granted(user, scopeOf(user, auth?.scope), ['password'])
    }
    case 'token': {
      const holder = (find(String(identity?.token?.id))?.user as Named | undefined)?.id
      const user = directory.users.find(({ id }) => id === holder)
      return user ? granted(user, scopeOf(user, auth?.scope), ['token']) : null
    }
    case 'application_credential': {
      const given = identity?.application_credential
      const credential = directory.applicationCredentials.find(({ id }) => id === given?.id)
      if (!credential || credential.secret !== given?.secret) return null
      return byCredential(credential, directory)
    }
    default:
      return null
  }
}

function fits({ id, name }: Named, given: Named | undefined): boolean {
  return given !== undefined && (given.id === undefined ? given.name === name : given.id === id)
}

/** A project, `system`, or null for a token without a scope; undefined for a scope that there is not. */
function scopeOf(user: User, scope: Scope | undefined): string | null | undefined {
  if (scope === undefined) return null
  if (scope.system !== undefined) return 'system'
  if (scope.project === undefined) return undefined
  return [...user.roles.keys()].find((name) => fits({ id: idOf('project', name), name }, scope.project))
}

function granted(user: User, scope: string | null | undefined, methods: readonly string[]): Login {
  const holder = { methods, user: { id: user.id, name: user.name, domain, password_expires_at: null } }
  if (scope === null) return holder
  const roles = scope === undefined ? undefined : user.roles.get(scope)
  if (scope === undefined || roles === undefined) return null
  return {
    ...holder,
    ...(scope === 'system' ? { system: { all: true } } : { project: projectOf(scope) }),
    roles: roles.map((name) => ({ id: idOf('role', name), name })),
  }
}

function projectOf(name: string): object {
  return { id: idOf('project', name), name, domain }
}

function byCredential({ id, user: name, project, accessRules }: ApplicationCredential, directory: Directory): Login {
  const user = directory.users.find((one) => one.name === name)
  const login = user ? granted(user, project, ['application_credential']) : null
  if (login === null) return null
  return {
    ...login,
    application_credential: { id, restricted: true, ...(accessRules === null ? {} : { access_rules: accessRules }) },
  }
}
