// The options of policies: the group [oslo_policy] with oslo.policy's names. Apart from the enforcer: a command that
// only reads its configuration loads no more.
import { bool, float, group, multi, str, type ValuesOf } from '../../config/index.ts'

export const policyGroup = group(
  'oslo_policy',
  {
    enforce_scope: bool({
      default: false,
      help: 'Deny requests whose token has another scope (system, domain, project) than the policy is for. Otherwise a warning is logged.',
    }),
    enforce_new_defaults: bool({
      default: false,
      help: 'Do not allow what only the old default of a policy allows whose default has changed.',
    }),
    policy_file: str({
      default: 'policy.yaml',
      deprecatedNames: ['DEFAULT.policy_file'],
      help: 'File of policies, YAML or JSON, looked for beside the configuration file and in the standard folders. An edit counts within a second. Where it is not set and there is no policy.yaml, policy.json is taken.',
    }),
    policy_default_rule: str({
      default: 'default',
      deprecatedNames: ['DEFAULT.policy_default_rule'],
      help: 'Policy that decides where the one that is asked for is not defined.',
    }),
    policy_dirs: multi({
      default: ['policy.d'],
      deprecatedNames: ['DEFAULT.policy_dirs'],
      help: 'Folders of further policy files, read by name after policy_file; a later file wins. Hidden files are left out.',
    }),
    remote_content_type: str({
      default: 'application/x-www-form-urlencoded',
      choices: ['application/x-www-form-urlencoded', 'application/json'],
      help: 'How http: and https: checks send their question.',
    }),
    remote_timeout: float({ default: 60, min: 0.001, help: 'Seconds that the server of such a check has to answer.' }),
    remote_ssl_verify_server_crt: bool({
      default: true,
      help: 'Ask only servers whose certificate is valid. In oslo.policy this is off unless set.',
    }),
    remote_ssl_ca_crt_file: str({
      help: 'Certificates of the authorities that are believed, in place of those of Node.',
    }),
    remote_ssl_client_crt_file: str({ help: 'Certificate that this service shows such servers.' }),
    remote_ssl_client_key_file: str({ help: 'Its key.' }),
  },
  { help: 'Who may do what.' },
)

export type PolicySettings = ValuesOf<typeof policyGroup>
