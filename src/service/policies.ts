// Who may do what with documents: the defaults in code, which a policy file overrides. The manifest names them
// in the group `slipway.policies`, for `slipway policy`.
import { type PolicyDeclaration, rule } from '../api/policy/declare.ts'

const own = 'rule:admin_or_owner'

function documentRule(name: string, description: string, operations: [method: string, path: string][]) {
  return rule({
    name,
    check: own,
    description,
    operations: operations.map(([method, path]) => ({ method, path })),
    scopeTypes: ['project'],
  })
}

export const rules: readonly PolicyDeclaration[] = [
  rule({ name: 'context_is_admin', check: 'role:admin', description: 'Who counts as an administrator.' }),
  rule({
    name: 'admin_or_owner',
    check: 'rule:context_is_admin or project_id:%(project_id)s',
    description: 'Administrators, and everybody within the own project.',
  }),
  rule({
    name: 'get_documents:all_projects',
    check: 'rule:context_is_admin',
    description: 'Reach documents of other projects at all; what may be done with them, the rules below say.',
  }),
  documentRule('create_document', 'Add documents.', [['POST', '/v1/documents']]),
  documentRule('get_document', 'See a document, alone and in lists.', [
    ['GET', '/v1/documents'],
    ['GET', '/v1/documents/{id}'],
  ]),
  documentRule('update_document', 'Change a document.', [['PUT', '/v1/documents/{id}']]),
  documentRule('delete_document', 'Delete a document.', [['DELETE', '/v1/documents/{id}']]),
]
