// Options declared once → files, environment, flags, remote sources → typed values with their origin.
export { type ConfigChange, type Mutation, renderChange } from './changes.ts'
export { HelpShown } from './command-line.ts'
export { Config, type MutateHook } from './config.ts'
export {
  bool,
  bytes,
  dict,
  duration,
  float,
  host,
  hostDomain,
  hostname,
  int,
  ip,
  list,
  multi,
  port,
  str,
  subcommand,
  uri,
} from './declare.ts'
export { renderOptionValues } from './dump.ts'
export type { ConfigEntry } from './entries.ts'
export { group } from './group.ts'
export type { Option, OptionGroup, Options, ValuesOf } from './option.ts'
export { readConfig, type ReadConfigOptions } from './read-config.ts'
export { parseSetting } from './setting.ts'
export type { ConfigSnapshot } from './snapshot.ts'
export type { Origin } from './sources.ts'
