// Options declared once → files, environment, flags → typed values with their origin.
export { HelpShown } from './command-line.ts'
export { Config, type ConfigEntry, type ConfigSnapshot } from './config.ts'
export { bool, dict, float, host, hostDomain, hostname, int, ip, list, multi, port, str, uri } from './declare.ts'
export { group } from './group.ts'
export type { Option, OptionGroup, Options, ValuesOf } from './option.ts'
export { readConfig, type ReadConfigOptions } from './read-config.ts'
export { parseSetting } from './setting.ts'
export type { Origin } from './sources.ts'
