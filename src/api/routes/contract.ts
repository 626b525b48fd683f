// What a route is made of and what it becomes: the words between the mapper, the matching, the generation of URLs
// and those who build on routes (controllers, extensions). Types only.
import type { HttpRequest } from '../../http/index.ts'
import type { PathPart } from './path.ts'

/** The variables of a path, decoded; an optional one that is not in the path is absent. Has no prototype's names. */
export type RouteParams = Readonly<Record<string, string>>

/** What must hold besides the path. A route whose conditions do not hold is passed over, and the next one is tried. */
export interface RouteConditions {
  /** In any case. `ANY` among them is the same as no condition. GET covers HEAD where no route names HEAD. */
  readonly method?: string | readonly string[] | undefined
  /** true: a subdomain is wanted; false: there must be none; else one of these. */
  readonly subDomain?: boolean | readonly string[] | undefined
  /** Asked last. May veto the match, and may add variables to it. */
  readonly function?: ((req: HttpRequest, params: Record<string, string>) => boolean) | undefined
}

export type Requirements = Readonly<Record<string, string | RegExp>>

/** What URLs are made from; undefined and null are left out, lists repeat in the query. */
export type UrlParams = Readonly<Record<string, UrlValue | readonly UrlValue[]>>
export type UrlValue = string | number | bigint | boolean | null | undefined

export interface RouteOptions {
  /** An app, an object with a method for each action, a name of the mapper's `controllers`, or what the dispatch knows. */
  readonly controller?: unknown
  readonly action?: string | undefined
  /** Regular expressions that variables must match as a whole. One in the path itself wins. */
  readonly requirements?: Requirements | undefined
  readonly conditions?: RouteConditions | undefined
  /** Variables that the match has when the path has them not. */
  readonly defaults?: Readonly<Record<string, string>> | undefined
  /** Changes what a URL of this route is generated from. */
  readonly filter?: ((params: UrlParams) => UrlParams) | undefined
  /** Generates URLs, matches nothing; the path may be a URL of another host. */
  readonly isStatic?: boolean | undefined
  /** Generates its URL without what is mounted so far. */
  readonly isAbsolute?: boolean | undefined
}

/** Both names of a resource, as in `map.resource(memberName, collectionName)`. */
export interface ResourceNames {
  readonly memberName: string
  readonly collectionName: string
}

/** A connected route. Its place in the order of matching is the mapper's to say. */
export interface Route {
  readonly name: string | null
  /** As it was connected, with a leading slash. */
  readonly path: string
  /** The path in one syntax, for logs and metrics: `/messages/{id}`. */
  readonly template: string
  readonly parts: readonly PathPart[]
  /** null: all. In capitals. */
  readonly methods: ReadonlySet<string> | null
  readonly controller: unknown
  readonly action: string | null
  readonly options: RouteOptions
  /** Of a route that `resource` made. */
  readonly resource: (ResourceNames & { readonly parent: ResourceNames | null }) | null
  /** Answered by a redirect, without a controller. */
  readonly redirect: { readonly to: Route; readonly status: number } | null
}
