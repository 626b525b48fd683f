// The controllers of test/golden/pecan.py in our words: what a client is told is which handler ran, and with what.
import {
  abort,
  expose,
  type Exposed,
  type ExposeOptions,
  type Hook,
  objectApp,
  redirectTo,
  rest,
  RestController,
  secure,
  type State,
  unlocked,
} from '../../../src/api/index.ts'
import type { App } from '../../../src/http/index.ts'

interface ToldOptions extends ExposeOptions {
  /** Arguments that come from the controller, before its own. */
  readonly first?: () => readonly string[]
  /** What stands for arguments that are missing. */
  readonly defaults?: Readonly<Record<string, string>>
}

/** A handler that tells its name, its arguments and its fields. */
function tells(handler: string, { first, defaults = {}, ...options }: ToldOptions = {}): Exposed {
  const names = (options.args ?? []).map((name) => name.replace('?', ''))
  return expose(
    (state) => {
      const args: Readonly<Record<string, unknown>> = state.args
      const own = names.map((name) => args[name] ?? defaults[name])
      return { handler, args: [...(first?.() ?? []), ...own, ...state.rest], fields: state.fields }
    },
    { template: 'json', ...options },
  )
}

const any = { rest: true }

class Sub {
  index = tells('sub.index')
  leaf = tells('sub.leaf', { args: ['one', 'two?'], defaults: { two: '2' } })
}

class Found {
  readonly #id: string
  index: Exposed
  name: Exposed

  constructor(id: string) {
    this.#id = id
    const first = () => [this.#id]
    this.index = tells('found.index', { first })
    this.name = tells('found.name', { first })
  }
}

class Looking {
  known = tells('looking.known')

  _lookup([id = '', ...others]: readonly string[]): [object, string[]] | null {
    return id === 'none' ? null : [new Found(id), others]
  }
}

class Defaulting {
  sub = new Sub()
  _default = tells('default', any)
}

class Both extends Looking {
  inner = new Looking()
  _default = tells('both.default', any)
}

class Routing {
  target = tells('routing.target', any)

  _route(segments: readonly string[]): [unknown, readonly string[]] {
    return [this.target, segments]
  }
}

class Generic {
  index = tells('generic.index', { ...any, when: { POST: tells('generic.post') } })
  strict = expose(() => abort(405), { template: 'json', when: { PUT: tells('generic.put') } })
}

class GenericArgs {
  index = tells('generic.index', {
    when: { POST: tells('generic.post', { args: ['one', 'two?'], defaults: { two: '2' } }) },
  })
}

class Plain {
  sub = new Sub()
  looking = new Looking()
  defaulting = new Defaulting()
  both = new Both()
  routing = new Routing()
  generic = new Generic()
  generic_args = new GenericArgs()
  number = 5
  index = expose(() => 'root')
  one = tells('one', { args: ['name'] })
  optional = tells('optional', { args: ['a', 'b?'], defaults: { b: 'b' } })
  any = tells('any', any)
  fields = tells('fields', { args: ['a?'], defaults: { a: 'a' }, fields: true })
  with_dash = tells('with_dash', { route: 'with-dash' })
  forms = expose(() => 'forms', { types: { 'application/json': 'json', 'text/plain': null } })
  csv = expose(() => 'a,b', { contentType: 'text/csv' })
  empty = expose(() => '')
  nothing = expose(() => null)
  created = expose(
    ({ response }) => {
      response.status = 201
      return { handler: 'created', args: [], fields: {} }
    },
    { template: 'json' },
  )

  conflict = expose(() => abort(409, 'taken'), { template: 'json' })
  moved = expose(() => redirectTo('http://localhost/sub/'))
  response = expose(() => ({ status: 203, headers: { 'content-type': 'text/plain' }, body: 'own' }))
  broken = expose(() => {
    throw new Error('secret')
  })

  hidden(): string {
    return 'hidden'
  }
}

class Books extends RestController {
  get = tells('books.get', { args: ['author', 'book'] })
  get_all = tells('books.get_all', { args: ['author'] })
  post = tells('books.post', { args: ['author', 'title?'], defaults: { title: 'none' } })
  delete = tells('books.delete', { args: ['author', 'book'] })
}

class Things extends RestController {
  books = new Books()
  plain = new Sub()
  _custom_actions = { measures: ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'], thing: ['PUT', 'DELETE'] }
  getAll = tells('get_all')
  getOne = tells('get_one', { args: ['id'] })
  post = tells('post', { args: ['name?'], defaults: { name: 'none' }, fields: true })
  put = tells('put', { args: ['id', 'name?'], defaults: { name: 'none' } })
  delete = tells('delete', { args: ['id'] })
  patch = tells('patch', { args: ['id'] })
  new = tells('new')
  edit = tells('edit', { args: ['id'] })
  getDelete = tells('get_delete', { args: ['id'] })
  measures = tells('measures', any)
  postMeasures = tells('post_measures', any)
  put_thing = tells('put_thing', any)
}

class RestLooking extends RestController {
  getAll = tells('rest_looking.get_all')

  _lookup([id = '', ...others]: readonly string[]): [object, string[]] {
    return [new Found(id), others]
  }
}

const restTree = () => ({
  things: new Things(),
  readonly: rest({ get: tells('read.get', { args: ['id'] }) }),
  lists: rest({
    get_all: tells('lists.get_all', { args: ['limit?'], defaults: { limit: 'none' } }),
    get_one: tells('lists.get_one', { args: ['id', 'detail?'], defaults: { detail: 'none' } }),
  }),
  looking: new RestLooking(),
  varargs: rest({ books: new Books(), get: tells('varargs.get', any) }),
  write: rest({ post: tells('write.post'), post_reset: tells('write.reset') }),
})

/** What the hooks have seen of a request. */
export const logs = new WeakMap<object, string[]>()

class Log implements Hook {
  readonly #name: string
  readonly priority: number
  readonly #answers: boolean

  constructor(name: string, priority = 100, answers = false) {
    this.#name = name
    this.priority = priority
    this.#answers = answers
  }

  #log({ req }: State, what: string): void {
    const log = logs.get(req.node.message) ?? []
    logs.set(req.node.message, [...log, `${this.#name}.${what}`])
  }

  onRoute(state: State): void {
    this.#log(state, 'on_route')
  }

  async before(state: State): Promise<void> {
    await Promise.resolve()
    this.#log(state, 'before')
  }

  after(state: State): void {
    this.#log(state, `after ${state.response.status}`)
  }

  onError(state: State): unknown {
    this.#log(state, 'on_error')
    if (!this.#answers || !state.req.pathInfo.includes('answered')) return undefined
    return { status: 418, headers: { 'content-type': 'text/html' }, body: 'instead' }
  }
}

class Hooked {
  _hooks = [new Log('controller', 100)]
  sub = { _hooks: [new Log('sub', 95)], index: tells('hooked.sub') }
  index = tells('hooked.index')
  answered = expose(
    () => {
      throw new Error('x')
    },
    { template: 'json' },
  )

  conflict = expose(() => abort(409), { template: 'json' })
  answered_conflict = expose(() => abort(409), { template: 'json' })
}

const isAdmin = ({ req }: State): boolean => req.header('x-key') === 'admin'

class Vault {
  sub = new Sub()
  open_sub = unlocked(new Sub())
  index = tells('vault.index')
  open = unlocked(tells('vault.open'))
  admin = secure(tells('vault.admin'), isAdmin)

  _checkPermissions({ req }: State): boolean {
    return ['key', 'admin'].includes(req.header('x-key') ?? '')
  }

  _lookup([id = '', ...others]: readonly string[]): [object, string[]] {
    return [new Found(id), others]
  }
}

const secureTree = () => ({
  vault: new Vault(),
  guarded: secure(new Sub(), isAdmin),
  index: tells('secure_root'),
  admin: secure(tells('admin'), isAdmin),
})

export const apps: Readonly<Record<string, App>> = {
  plain: objectApp(new Plain()),
  guessing: objectApp(new Plain(), { guessContentType: true }),
  lenient: objectApp(new Plain(), { forceCanonical: false }),
  json: objectApp(new Plain(), { defaultRenderer: 'json' }),
  rest: objectApp(restTree()),
  override: objectApp(restTree(), { methodOverride: true }),
  hooks: objectApp(
    { hooked: new Hooked(), index: tells('hook_root') },
    { hooks: [new Log('late', 130), new Log('early', 90, true), new Log('usual')] },
  ),
  secure: objectApp(secureTree()),
}
