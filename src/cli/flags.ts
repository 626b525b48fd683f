// The flags that several verbs have, so that they are spelt and explained alike. Data only.
import type { Flag } from './verb.ts'

export const jsonFlag: Flag = { flags: '--json', summary: 'as JSON, for programs' }

export const manifestFlag: Flag = {
  flags: '--manifest <path>',
  summary: 'the manifest, or its folder (default: that of the working folder, or above it)',
}

export const configFileFlag: Flag = {
  flags: '--config-file <file>',
  summary: 'read this configuration file; repeatable, a later file wins',
  isRepeatable: true,
}

const flavourFlag: Flag = {
  flags: '--flavour <key>',
  summary: 'the pipeline that choosing composites take, whatever the configuration says',
}

export const standInFlag: Flag = {
  flags: '--stand-in [which]',
  summary:
    'let filters pass on and apps tell where a request arrived, in place of factories that are not there, or of all',
  choices: ['unresolved', 'all'],
  preset: 'unresolved',
}

/** What decides which plan a target has. */
export const planFlags: readonly Flag[] = [manifestFlag, configFileFlag, flavourFlag]

export interface PlanOptions {
  readonly manifest?: string
  readonly configFile?: readonly string[]
  readonly flavour?: string
}

export interface StandInOptions {
  readonly standIn?: 'unresolved' | 'all'
}

export const targetArgument = 'FILE, FILE#name or a URI (config:, egg:, call:); the name "main" need not be said'

/** Where the verbs that talk to a running service find it. */
export interface ControlOptions {
  readonly socket?: string
  readonly configFile?: readonly string[]
}

export const controlFlags: readonly Flag[] = [
  { flags: '--socket <path>', summary: 'the control socket of the service', conflicts: ['configFile'] },
  { ...configFileFlag, summary: 'the configuration of the service, which names its control_socket; repeatable' },
]
