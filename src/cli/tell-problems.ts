// The report of a verb that checks: all problems, how many they are, and the exit status.
import { diagnosticToJson, renderDiagnostics } from '../diagnostic.ts'
import { type Diagnostic, ExitCode } from '../errors.ts'
import { renderOptions } from './colour.ts'
import { count } from './table.ts'
import type { Terminal } from './terminal.ts'

export interface ReportOptions {
  readonly json?: true | undefined
  /** Whether warnings count like errors. */
  readonly isStrict?: boolean | undefined
}

/** 78 when there are errors, or warnings that count like them. */
export function tellProblems(problems: readonly Diagnostic[], options: ReportOptions, terminal: Terminal): number {
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  if (options.json) {
    terminal.out(`${JSON.stringify({ errors, warnings, problems: problems.map(diagnosticToJson) }, null, 2)}\n`)
  } else {
    if (problems.length > 0) terminal.err(`${renderDiagnostics(problems, renderOptions(terminal, 'stderr'))}\n\n`)
    terminal.out(`${count(errors, 'error')}, ${count(warnings, 'warning')}\n`)
  }
  return errors > 0 || (options.isStrict && warnings > 0) ? ExitCode.config : ExitCode.ok
}
