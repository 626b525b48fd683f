// The extension `os-documents`: the documents under the name that an extension of nova would give them, and what an
// extension can do to a resource that is there. An example to copy; `slipway init extension` writes the smallest one.
import { ActionExtension, RequestExtension, ResourceExtension } from '../../api/extensions/parts.ts'
import { ExtensionDescriptor } from '../../api/extensions/descriptor.ts'
import { Call, type Controller } from '../../api/controllers/call.ts'
import { BadRequest } from '../../api/responses/http-errors.ts'

export class OsDocuments extends ExtensionDescriptor {
  readonly #documents: Controller

  constructor(documents: Controller) {
    super()
    this.#documents = documents
  }

  getName(): string {
    return 'Documents'
  }

  getAlias(): string {
    return 'os-documents'
  }

  getDescription(): string {
    return 'The documents as a resource of an extension, and copies of them.'
  }

  getUpdated(): string {
    return '2026-11-22T00:00:00Z'
  }

  override getResources(): readonly ResourceExtension[] {
    return [new ResourceExtension('os-documents', this.#documents, { member: 'os-document' })]
  }

  /** `POST /documents/{id}/action` with `{"copy": {"name": …}}`: a document with the same content. */
  override getActions(): readonly ActionExtension[] {
    return [
      new ActionExtension('documents', 'copy', async ({ req, params, body }) => {
        const found = (await this.#documents.show?.(new Call(req, 'show', params, undefined))) as Shown
        const { name, content } = found.document
        if (name === undefined || content === undefined) throw new BadRequest('A copy takes no fields.')
        const wish = { document: { content, name: nameIn(body) ?? copyOf(name) } }
        return this.#documents.create?.(new Call(req, 'create', {}, wish))
      }),
    ]
  }

  /** The version's own document names the resource, too. */
  override getRequestExtensions(): readonly RequestExtension[] {
    return [
      new RequestExtension('GET', '/', (req, response) => {
        // The route is also that of "/." with a format behind it, which the version does not have.
        if (response.status !== 200 || typeof response.body !== 'string') return
        const document = JSON.parse(response.body) as { resources: object[] }
        document.resources.push({ name: 'os-documents', href: `${req.applicationUrl}/os-documents` })
        response.body = JSON.stringify(document)
      }),
    ]
  }
}

interface Shown {
  readonly document: { readonly name?: string; readonly content?: string }
}

/** Whole characters, as many as a name may have. */
function copyOf(name: string): string {
  return Array.from(`copy of ${name}`).slice(0, 255).join('')
}

function nameIn(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'name' in body ? body.name : undefined
}
