// The configuration that --config-file names, as far as this command knows its options: those of the
// launcher and of logging. What else a service keeps in its file is none of our business.
import { type Config, type OptionGroup, readConfig } from '../config/index.ts'
import { renderDiagnostics } from '../diagnostic.ts'
import type { Diagnostic } from '../errors.ts'
import { launchGroup } from '../launch/options.ts'
import { sslGroup } from '../launch/tls/tls-options.ts'
import { reportsGroup } from '../launch/observe/report-options.ts'
import { logGroup } from '../log/options.ts'
import { renderOptions } from './colour.ts'
import type { Terminal } from './terminal.ts'

export interface ServiceConfigOptions {
  readonly files: readonly string[] | undefined
  /** Flags in the words of the options: `--workers 2`. */
  readonly argv?: readonly string[]
  readonly groups?: readonly OptionGroup[]
}

/**
 * @throws SlipwayError SLIPWAY_INPUT_MISSING …; else a report of all problems
 */
export function readServiceConfig({ files = [], argv = [], groups = [] }: ServiceConfigOptions): Config {
  return readConfig({
    groups: [launchGroup, sslGroup, logGroup, reportsGroup, ...groups],
    argv: [...files.flatMap((file) => ['--config-file', file]), ...argv],
    prog: 'slipway',
    // Without the flag there is no configuration: what lies in /etc is for the service's own command.
    defaultFiles: [],
    defaultFolders: [],
    unknownOptions: 'warning',
  })
}

/** Names that are nearly those of an option: a service's own options are not known here, but a typing error shows. */
export function nearMisses(config: Config): Diagnostic[] {
  return config.warnings.filter(
    ({ code, alternatives }) => code !== 'SLIPWAY_CONFIG_UNKNOWN' || alternatives.length > 0,
  )
}

export function tellNearMisses(config: Config, terminal: Terminal, others: readonly Diagnostic[] = []): void {
  const problems = [...others, ...nearMisses(config)]
  if (problems.length > 0) terminal.err(`${renderDiagnostics(problems, renderOptions(terminal, 'stderr'))}\n\n`)
}
