// Deployment file → plan: the session that reads each file once, follows names and URIs, and
// collects the problems. section-plan.ts does one section.
import { dirname, resolve as resolvePath } from 'node:path'
import type { Config } from '../config/index.ts'
import { type Diagnostic, errorOf, isSlipwayError, type SlipwayError, type Where } from '../errors.ts'
import { type Distribution, findProject } from '../entrypoints/distribution.ts'
import type { GlobalConf } from '../http/factory.ts'
import { type IniFile, parseConfigParser, readText } from '../ini/index.ts'
import { factoryOfEgg, factoryOfReference } from './factory.ts'
import { IniLoader } from './ini-loader.ts'
import { withProtocol } from './pipeline-plan.ts'
import { type BrokenPlan, type Conf, isComposite, type ObjectType, type Plan } from './plan.ts'
import { describeSection } from './section-plan.ts'
import { configFile, isUri, parseUri } from './uri.ts'

export interface DescribeOptions {
  /** Beats the fragment of the URI. */
  readonly name?: string | undefined
  /** The folder of a relative `config:` URI. */
  readonly relativeTo?: string | undefined
  readonly globalConf?: GlobalConf | undefined
  /** Where references are resolved from, in this order; then the project of the deployment file's folder. */
  readonly projects?: readonly Distribution[] | undefined
  /** Decides for composites that choose by configuration (`auth_strategy`, `[paste_deploy] flavor`). */
  readonly config?: Config | undefined
  /** Beats the configuration's choice. */
  readonly flavour?: string | undefined
  /** Makes no choice and takes every pipeline for reached: for a check that knows no configuration. */
  readonly everyStrategy?: boolean | undefined
}

/** A plan with everything that is wrong in what it reaches; a broken part is a `broken` plan. */
export interface Description {
  readonly plan: Plan
  readonly problems: readonly Diagnostic[]
  readonly describer: Describer
}

/** Describes an object. Never throws for a fault of the file: it is in `problems`. */
export function describe(type: ObjectType, uri: string, options: DescribeOptions = {}): Description {
  const describer = new Describer(options)
  const plan = describer.attempt({ type, name: options.name ?? uri, at: null, globals: null }, () => {
    const { name = null, relativeTo = null } = options
    const found = describer.fromUri(type, uri, {
      name,
      relativeTo,
      argument: argumentConf(options.globalConf),
      at: null,
      chain: [],
    })
    return withProtocol(found, type)
  })
  return { plan, problems: describer.problems, describer }
}

/**
 * The plan of an app.
 * @throws SlipwayError for the first fault, with all of them in `problems`
 */
export function describeApp(uri: string, options: DescribeOptions = {}): Plan {
  return describeSound('app', uri, options).plan
}

export function describeSound(type: ObjectType, uri: string, options: DescribeOptions): Description {
  const description = describe(type, uri, options)
  description.describer.throwFaults()
  return description
}

/** A name to be described, and who asks. */
export interface NameRequest {
  readonly type: ObjectType
  /** Null: the section without a name, else `main`. */
  readonly name: string | null
  /** Where the name is written. */
  readonly at: Where | null
  /** The globals of who asks; null: only the file's. */
  readonly globals: Conf | null
  /** Whether it is asked for by a `use`. */
  readonly isUsed?: boolean
}

interface UriRequest {
  readonly name: string | null
  readonly relativeTo: string | null
  readonly argument: Conf
  readonly at: Where | null
  readonly chain: readonly string[]
  readonly isUsed?: boolean | undefined
}

export class Describer {
  readonly options: DescribeOptions
  readonly problems: Diagnostic[] = []
  readonly #files = new Map<string, IniFile>()
  readonly #projects: Distribution[]
  #firstFault: SlipwayError | null = null

  constructor(options: DescribeOptions) {
    this.options = options
    this.#projects = [...(options.projects ?? [])]
  }

  /** The error for all faults found so far, if there are any. */
  throwFaults(): void {
    const fault = this.#firstFault
    if (fault) throw errorOf(this.problems, { original: fault.original ?? undefined, cause: fault.cause })
  }

  warn(problem: Diagnostic): void {
    this.problems.push(problem)
  }

  /** The projects that references are looked up in, in this order. */
  get projects(): readonly Distribution[] {
    return this.#projects.length > 0 ? this.#projects : [findProject(process.cwd())]
  }

  /** A plan; or, for a fault, a broken plan and the problem. */
  attempt(request: NameRequest, make: () => Plan): Plan {
    try {
      return make()
    } catch (error) {
      if (!isSlipwayError(error)) throw error
      const fault = error.located(request.at)
      const [problem] = fault.problems
      if (!problem) throw error
      this.#firstFault ??= fault
      this.problems.push(...fault.problems)
      return brokenPlan(request, problem)
    }
  }

  /**
   * A plan, or null when it or anything in it has a fault.
   * @param faults what becomes of the faults: 'warning' keeps them as warnings, null forgets them
   */
  tentatively(make: () => Plan, faults: 'warning' | null): Plan | null {
    const before = this.problems.length
    const first = this.#firstFault
    const plan = this.attempt({ type: 'app', name: null, at: null, globals: null }, make)
    const added = this.problems.splice(before)
    const isSound = added.every(({ severity }) => severity === 'warning')
    if (!isSound) this.#firstFault = first
    if (isSound) this.problems.push(...added)
    else if (faults === 'warning') this.problems.push(...added.map((problem) => ({ ...problem, severity: faults })))
    return isSound ? plan : null
  }

  /** What a name in a file means: a URI, or a section of the same file. */
  fromName(request: NameRequest, loader: IniLoader, chain: readonly string[]): Plan {
    const { type, name, at, globals, isUsed } = request
    if (name === null || !isUri(name)) return describeSection(this, request, loader, chain)
    return this.fromUri(type, name, {
      name: null,
      relativeTo: loader.folder,
      argument: globals ?? new Map(),
      at,
      chain,
      isUsed,
    })
  }

  fromUri(type: ObjectType, text: string, request: UriRequest): Plan {
    const { at, argument, isUsed = false } = request
    const uri = parseUri(text, request.name, at)
    if (uri.scheme === 'config') {
      const loader = new IniLoader(this.#read(configFile(uri, request.relativeTo, at), at), argument)
      return describeSection(this, { type, name: uri.name, at, globals: argument, isUsed }, loader, request.chain)
    }
    const base = {
      type,
      section: null,
      where: at,
      globals: new Map(argument),
      locals: new Map(),
      loader: null,
      parts: new Map(),
      choice: null,
    }
    if (uri.scheme === 'call') {
      const factory = { ...factoryOfReference(uri.path, at, this.projects), text }
      return { ...base, kind: type, name: uri.path, protocol: null, factory }
    }
    if (isUri(uri.name)) return this.fromUri(type, uri.name, { ...request, name: null })
    const written = request.name === null ? text : `egg:${uri.path}#${uri.name}`
    const { factory, protocol } = factoryOfEgg(
      { distribution: uri.path, name: uri.name, text: written },
      type,
      at,
      this.projects,
    )
    return { ...base, kind: isComposite(protocol) ? 'composite' : type, name: uri.name, protocol, factory }
  }

  #read(file: string, at: Where | null): IniFile {
    const path = resolvePath(file)
    const known = this.#files.get(path)
    if (known) return known
    const ini = parseConfigParser(readText(path, { purpose: 'deployment file', where: at }), path)
    this.#files.set(path, ini)
    const own = findProject(dirname(path))
    if (!this.#projects.some(({ folder }) => folder === own.folder)) this.#projects.push(own)
    return ini
  }
}

export function argumentConf(globalConf: GlobalConf | undefined): Conf {
  return new Map(
    Object.entries(globalConf ?? {}).map(([name, value]) => [name, { value, origin: 'argument', where: null }]),
  )
}

function brokenPlan({ type, name, at }: NameRequest, problem: Diagnostic): BrokenPlan {
  const where = at ?? problem.where
  return {
    kind: 'broken',
    type,
    name: name ?? 'main',
    section: null,
    where,
    globals: new Map(),
    locals: new Map(),
    problem,
  }
}
