// Who may call an operation, by the policies that are declared for its method and path. Pure.
import type { PolicyDeclaration } from '../policy/declare.ts'
import type { Operation } from './operations.ts'

/** The operation with the first policy's description and, in `x-policy`, the names and scopes of all that decide on it. */
export function withPolicy(
  operation: Operation,
  method: string,
  path: string,
  policies: readonly PolicyDeclaration[],
): Operation {
  const deciding = policies.filter(({ operations = [] }) =>
    operations.some((one) => one.method.toLowerCase() === method && bare(one.path) === bare(path)),
  )
  const [first] = deciding
  if (first === undefined) return operation
  const forbidden = { description: 'Forbidden by policy' }
  return {
    ...operation,
    summary: operation.summary ?? first.description ?? first.name,
    'x-policy': deciding.map(({ name, scopeTypes }) => ({ name, ...(scopeTypes && { scopes: scopeTypes }) })),
    responses: { 401: { description: 'Not authenticated' }, 403: forbidden, ...operation.responses },
  }
}

/** What variables are called is nobody's agreement: `/v1/goods/{good_id}` is `/v1/goods/{id}`. */
function bare(path: string): string {
  return path.replaceAll(/\{[^}]*\}/gu, '{}').replace(/\/$/u, '')
}
