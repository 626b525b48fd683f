// The attributes of a document: what clients may send and see. Bodies are checked by them, and /openapi.json tells them.
import type { ResourceAttributeMap } from '../../api/attributes/attribute-map.ts'

/** Characters: also with four bytes for each, a request has room for them (`max_request_body_size`). */
const maxContent = 16_000

export const attributes = {
  documents: {
    id: {
      allow_post: false,
      allow_put: false,
      is_visible: true,
      primary_key: true,
      is_filter: true,
      is_sort_key: true,
    },
    project_id: {
      allow_post: true,
      allow_put: false,
      is_visible: true,
      required_by_policy: true,
      validate: { 'type:string': 64 },
      is_filter: true,
    },
    name: {
      allow_post: true,
      allow_put: true,
      is_visible: true,
      validate: { 'type:not_empty_string': 255 },
      is_filter: true,
      is_sort_key: true,
    },
    content: {
      allow_post: true,
      allow_put: true,
      is_visible: true,
      default: '',
      validate: { 'type:string': maxContent },
    },
    created_at: { allow_post: false, allow_put: false, is_visible: true, is_sort_key: true },
    updated_at: { allow_post: false, allow_put: false, is_visible: true, is_sort_key: true },
  },
} as const satisfies ResourceAttributeMap
