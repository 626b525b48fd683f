// Configuration files against everything that is declared: one report of all problems.
import { resolve } from 'node:path'
import { validateFiles } from '../config/validate.ts'
import { SlipwayError } from '../errors.ts'
import { serviceGroups } from './option-namespaces.ts'
import { projectAt } from './project.ts'
import { tellProblems } from './tell-problems.ts'
import type { Terminal } from './terminal.ts'

export interface ConfigValidateOptions {
  readonly configFile?: readonly string[]
  readonly fatalWarnings?: true
  readonly checkDefaults?: true
  readonly excludeGroup?: readonly string[]
  readonly manifest?: string
  readonly json?: true
}

/** 78 when there are errors, or, with `--fatal-warnings`, warnings. */
export async function validateConfig(options: ConfigValidateOptions, terminal: Terminal): Promise<number> {
  const { configFile: files = [], excludeGroup, checkDefaults, manifest } = options
  if (files.length === 0) {
    throw new SlipwayError('SLIPWAY_USAGE', 'say which file: --config-file <file>', {
      hint: 'see: slipway config validate --help',
    })
  }
  const { groups, problems: unknown } = await serviceGroups(projectAt(manifest, terminal.cwd))
  const found = validateFiles({
    groups,
    files: files.map((file) => resolve(terminal.cwd, file)),
    env: terminal.env,
    checksDefaults: checkDefaults,
    excludedGroups: excludeGroup,
  })
  const problems = [...unknown, ...found]
  return tellProblems(problems, { json: options.json, isStrict: options.fatalWarnings }, terminal)
}
