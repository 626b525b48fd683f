// The options that describe remote sources of configuration: `config_source` names groups, each of them one
// source. They join a configuration when a source is named. Declarations only; remote.ts reads.
import { bool, duration, list, str, uri } from './declare.ts'
import { group } from './group.ts'
import { envName, optionKey } from './names.ts'
import type { OptionGroup } from './option.ts'
import type { Reading } from './sources.ts'

export const sourcesGroup = group('DEFAULT', {
  config_source: list({
    default: [],
    help: 'Groups that each describe a remote source of configuration, the most telling first. What files, environment and flags say stands above all of them',
  }),
})

const remoteOptions = {
  driver: str({ required: true, choices: ['remote_file'], help: 'How the source is read' }),
  uri: uri({
    required: true,
    schemes: ['http', 'https'],
    // It may hold a password.
    secret: true,
    sampleDefault: 'https://example.com/my-configuration.ini',
    help: 'Where the configuration file lies. Redirects are not followed',
  }),
  ca_path: str({ help: 'Certificates of trusted authorities: a PEM file, or a folder of such' }),
  client_cert: str({ help: 'The certificate that this program shows, a PEM file; it may hold the key as well' }),
  client_key: str({ help: 'The key of client_cert, a PEM file' }),
  timeout: duration({ default: 60, min: 0.001, help: 'How long the whole answer may take' }),
  optional: bool({ default: false, help: 'Go on without the source when it cannot be reached, with a warning' }),
}

/** One source: the group of this name. */
export function remoteGroup(name: string): OptionGroup<typeof remoteOptions> {
  return group(name, remoteOptions, { help: 'A remote source of configuration' })
}

export function sourceGroupsOf({ sourceGroups }: Reading): OptionGroup[] {
  return sourceGroups.length === 0 ? [] : [sourcesGroup, ...sourceGroups.map(remoteGroup)]
}

export const ownKey = optionKey('DEFAULT', 'config_source')
export const ownVariable = envName('DEFAULT', 'config_source')

/** Known in every file, whether or not it names a source. */
export function isOwnKey(key: string): boolean {
  return key === ownKey
}
