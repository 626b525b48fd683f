// Configuration files against everything that is declared: one report of all problems.
import { resolve } from 'node:path'
import { validateFiles } from '../config/validate.ts'
import { diagnosticToJson, renderDiagnostics } from '../diagnostic.ts'
import { ExitCode, SlipwayError } from '../errors.ts'
import { renderOptions } from './colour.ts'
import { serviceGroups } from './option-namespaces.ts'
import { projectAt } from './project.ts'
import { count } from './table.ts'
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
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  if (options.json) {
    terminal.out(`${JSON.stringify({ errors, warnings, problems: problems.map(diagnosticToJson) }, null, 2)}\n`)
  } else {
    if (problems.length > 0) terminal.err(`${renderDiagnostics(problems, renderOptions(terminal, 'stderr'))}\n\n`)
    terminal.out(`${count(errors, 'error')}, ${count(warnings, 'warning')}\n`)
  }
  return errors > 0 || (options.fatalWarnings && warnings > 0) ? ExitCode.config : ExitCode.ok
}
