// Extensions to test with, in the three spellings: neutron's methods, camel case, nova's properties.
import {
  ActionExtension,
  type Call,
  type Controller,
  ExtensionDescriptor,
  ExtensionManager,
  type ExtensionOptions,
  type MemberParams,
  NotFound,
  RequestExtension,
  ResourceExtension,
} from '../../../src/api/index.ts'
import type { HttpRequest, HttpResponse } from '../../../src/http/index.ts'

/** What is logged while extensions are loaded. */
export class Told {
  readonly info_: string[] = []
  readonly warnings: string[] = []

  info(message: string): void {
    this.info_.push(message)
  }

  warn(message: string): void {
    this.warnings.push(message)
  }
}

export function load(options: ExtensionOptions, told = new Told()): Promise<ExtensionManager> {
  return ExtensionManager.load({ log: told, ...options })
}

/** A descriptor with the four texts that each has. */
class Plain extends ExtensionDescriptor {
  readonly #alias: string

  constructor(alias: string) {
    super()
    this.#alias = alias
  }

  getName(): string {
    return `The ${this.#alias}`
  }

  getAlias(): string {
    return this.#alias
  }

  getDescription(): string {
    return `Extension ${this.#alias}`
  }

  getUpdated(): string {
    return '2026-11-22T10:00:00-00:00'
  }
}

/** `descriptor('a', { getRequiredExtensions: () => ['b'] })` */
export function descriptor(alias: string, methods: object = {}): ExtensionDescriptor {
  return Object.assign(new Plain(alias), methods)
}

class GadgetsController implements Controller {
  readonly #gadgets = new Map([['1', { id: '1', colour: 'red' }]])

  index(): object {
    return { gadgets: [...this.#gadgets.values()] }
  }

  show({ params: { id } }: Call<MemberParams>): object {
    const gadget = this.#gadgets.get(id)
    if (gadget === undefined) throw new NotFound(`Gadget ${id} could not be found.`)
    return { gadget }
  }

  create({ body }: Call<MemberParams, { gadget: { id: string; colour: string } }>): object {
    this.#gadgets.set(body.gadget.id, body.gadget)
    return { gadget: body.gadget }
  }

  delete({ params: { id } }: Call<MemberParams>): void {
    this.#gadgets.delete(id)
  }

  custom = {
    search: ({ query }: Call) => ({
      found: [...this.#gadgets.values()].filter(({ colour }) => colour === query.get('colour')),
    }),
    purge: () => this.#gadgets.clear(),
    lock: ({ params: { id } }: Call<MemberParams>) => ({ locked: id }),
  }
}

/** A new noun, a verb for servers, and a header for their answers. */
export class Gadgets extends Plain {
  constructor() {
    super('gadgets')
  }

  override getNamespace(): string {
    return 'http://example.org/gadgets/v1'
  }

  override getResources(): ResourceExtension[] {
    return [
      new ResourceExtension('gadgets', new GadgetsController(), {
        collectionActions: { search: 'GET' },
        collectionMethods: { purge: 'DELETE' },
        memberActions: { lock: 'PUT' },
      }),
    ]
  }

  override getActions(): ActionExtension[] {
    return [
      new ActionExtension('servers', 'polish', ({ params, body }: Call<MemberParams>) => ({
        polished: params.id,
        with: body,
      })),
    ]
  }

  override getRequestExtensions(): RequestExtension[] {
    return [
      new RequestExtension('GET', '/servers/:(id)', (_req: HttpRequest, response: HttpResponse, { params }) => {
        response.headers['x-gadget'] = params.id ?? ''
      }),
    ]
  }
}
