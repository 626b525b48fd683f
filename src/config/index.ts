// Options declared once → files, environment, flags → typed values with their origin.
export { HelpShown } from './command-line.ts'
export { Config, type ConfigEntry, type ConfigSnapshot, parseSetting } from './config.ts'
export { bool, dict, float, host, hostDomain, hostname, int, ip, list, multi, port, str, uri } from './declare.ts'
export { group, type Option, type OptionGroup, type Options, type ValuesOf } from './option.ts'
export { readConfig, type ReadConfigOptions } from './read-config.ts'
export type { Origin } from './sources.ts'
