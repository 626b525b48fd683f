// The versions of the API, as OpenStack services tell them: the list at the root, and choices for any other path that
// names no version. Links lead to where the client came in.
import { type ApiVersion } from '../../api/versions/api-version.ts'
import { novaVersions } from '../../api/versions/documents.ts'
import type { AppFactory } from '../../http/index.ts'

const version1: ApiVersion = {
  id: 'v1.0',
  // Its mount in the deployment file.
  mount: '/v1',
  status: 'CURRENT',
  updated: '2026-11-22T00:00:00Z',
  mediaTypes: [{ base: 'application/json', type: 'application/vnd.slipway.service+json;version=1' }],
}

/** `paste.app_factory` */
export const appFactory: AppFactory = () => novaVersions([version1])
