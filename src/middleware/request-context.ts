// Who asks: what the identity filters hand to the app in `environ.context`, as oslo.context's
// RequestContext does. Plain data; the token stays out of logs and JSON.
import type { HttpRequest } from '../http/index.ts'

export interface Identity {
  readonly userId?: string | null
  readonly userName?: string | null
  readonly userDomainId?: string | null
  readonly userDomainName?: string | null
  readonly projectId?: string | null
  readonly projectName?: string | null
  readonly projectDomainId?: string | null
  readonly projectDomainName?: string | null
  readonly domainId?: string | null
  readonly domainName?: string | null
  /** `all` for a token of the whole deployment. */
  readonly systemScope?: string | null
  readonly roles?: readonly string[]
  readonly isAdmin?: boolean
  /** False for the admin of a project that is not the admin project. */
  readonly isAdminProject?: boolean
  /** The services that the project may use, as Keystone's version 2 lists them. */
  readonly serviceCatalog?: readonly unknown[] | null
  readonly authToken?: string | null
}

export class RequestContext {
  readonly userId: string | null
  readonly userName: string | null
  readonly userDomainId: string | null
  readonly userDomainName: string | null
  readonly projectId: string | null
  readonly projectName: string | null
  readonly projectDomainId: string | null
  readonly projectDomainName: string | null
  readonly domainId: string | null
  readonly domainName: string | null
  readonly systemScope: string | null
  readonly roles: readonly string[]
  readonly isAdmin: boolean
  readonly isAdminProject: boolean
  readonly serviceCatalog: readonly unknown[] | null
  readonly requestId: string | null
  readonly globalRequestId: string | null
  readonly remoteAddress: string | null
  readonly #authToken: string | null

  constructor(identity: Identity, req: HttpRequest) {
    this.userId = identity.userId ?? null
    this.userName = identity.userName ?? null
    this.userDomainId = identity.userDomainId ?? null
    this.userDomainName = identity.userDomainName ?? null
    this.projectId = identity.projectId ?? null
    this.projectName = identity.projectName ?? null
    this.projectDomainId = identity.projectDomainId ?? null
    this.projectDomainName = identity.projectDomainName ?? null
    this.domainId = identity.domainId ?? null
    this.domainName = identity.domainName ?? null
    this.systemScope = identity.systemScope ?? null
    this.roles = identity.roles ?? []
    this.isAdmin = identity.isAdmin ?? false
    this.isAdminProject = identity.isAdminProject ?? true
    this.serviceCatalog = identity.serviceCatalog ?? null
    this.requestId = req.environ.requestId ?? null
    this.globalRequestId = req.environ.globalRequestId ?? null
    this.remoteAddress = req.remoteAddress ?? null
    this.#authToken = identity.authToken ?? null
  }

  /** For calls to other services in the name of the user. */
  get authToken(): string | null {
    return this.#authToken
  }

  /** Nobody has said who asks. */
  get isAnonymous(): boolean {
    return this.userId === null && this.userName === null
  }
}

declare module '../http/contract.ts' {
  interface Environ {
    /** Made by the noauth and keystonecontext filters. */
    context?: RequestContext
  }
}

/** Hands the context inward and lets the request's log lines name the user. */
export function setContext(req: HttpRequest, identity: Identity): RequestContext {
  const context = new RequestContext(identity, req)
  req.environ.context = context
  const { logFields } = req.environ
  if (logFields !== undefined) {
    if (context.userId !== null) logFields.user = context.userId
    if (context.projectId !== null) logFields.project = context.projectId
  }
  return context
}
