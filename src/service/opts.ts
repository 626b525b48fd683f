// The options of the reference service: its own, and those of the rooms that it uses. Every command of
// it reads them. A group that is named here has its unknown settings refused at start.
import { group, int, type OptionGroup, str } from '../config/index.ts'
import { databaseGroup } from '../db/options.ts'
import { policyGroup } from '../api/policy/options.ts'
import { launchGroup } from '../launch/options.ts'
import { sslGroup } from '../launch/tls/tls-options.ts'
import { reportsGroup } from '../launch/observe/report-options.ts'
import { logGroup } from '../log/options.ts'
import {
  authTokenGroup,
  basicAuthGroup,
  corsGroup,
  healthcheckGroup,
  osloMiddlewareGroup,
  profilerGroup,
  secureProxyGroup,
} from '../middleware/options.ts'

export const serviceGroup = group('DEFAULT', {
  auth_strategy: str({
    default: 'noauth',
    choices: {
      noauth: 'believe whoever asks: for development',
      keystone: 'ask Keystone about the token of every request',
    },
    help: 'Which pipeline of the API is taken: a key of its section in the deployment file.',
  }),
  api_paste_config: str({
    default: 'api-paste.ini',
    help: 'Deployment file, looked for beside the configuration file and in the standard folders.',
  }),
  api_extensions_path: str({
    default: '',
    help: 'Folders of API extensions, with ":" between them. Installed packages offer theirs in the group service.api_extensions.',
  }),
})

export const documentsGroup = group('documents', {
  store: str({
    default: 'database',
    help: 'Where contents of documents are kept: the name of a driver in the group service.content_stores (database, compressed, folder). Documents stay where they are when it changes.',
  }),
  store_folder: str({ default: 'documents', help: 'The folder of the store "folder".' }),
  max_limit: int({
    default: 1000,
    min: 1,
    help: 'The most documents of one page; that of clients that name no limit.',
  }),
})

export const groups: readonly OptionGroup[] = [
  serviceGroup,
  launchGroup,
  sslGroup,
  logGroup,
  reportsGroup,
  databaseGroup,
  documentsGroup,
  policyGroup,
  osloMiddlewareGroup,
  basicAuthGroup,
  secureProxyGroup,
  corsGroup,
  healthcheckGroup,
  authTokenGroup,
  profilerGroup,
]
