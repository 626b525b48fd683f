// `/extensions`: what is loaded, for clients. Runs in workers.
import type { Controller } from '../controllers/call.ts'
import { NotFound } from '../responses/http-errors.ts'
import type { LoadedExtension } from './extension.ts'

/** Sorted by alias. What is loaded is the operator's to say: clients cannot change it. */
export function listController(extensions: ReadonlyMap<string, LoadedExtension>): Controller {
  const sorted = [...extensions.values()].toSorted((a, b) => (a.alias < b.alias ? -1 : 1)).map(described)
  const refuse = () => {
    throw new NotFound('The resource could not be found.')
  }
  return {
    index: () => ({ extensions: sorted }),
    show: ({ params: { id, format } }) => {
      // The alias may have a dot, which the route takes for the one of a format.
      const found = extensions.get(id) ?? extensions.get(`${id}.${format}`)
      if (found === undefined) throw new NotFound(`Extension with alias ${id} does not exist`)
      return { extension: described(found) }
    },
    create: refuse,
    update: refuse,
    delete: refuse,
  }
}

function described({ alias, name, description, updated, namespace }: LoadedExtension): object {
  return { name, alias, description, updated, ...(namespace !== null && { namespace }), links: [] }
}
