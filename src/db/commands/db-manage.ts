// The command that manages a service's database: reads the command line and the configuration, and runs one verb. A
// start loads what the verb needs; `--help` loads the parser alone. It is the main of a console script.
import { type OptionGroup, readConfig } from '../../config/index.ts'
import { renderDiagnostics } from '../../diagnostic.ts'
import { databaseGroup } from '../options.ts'
import { commandGroup } from './command-table.ts'
import { programExamples } from './examples.ts'
import type { DbManageSetup } from './setup.ts'
import { processTerminal, type Terminal } from './terminal.ts'

/** The main of a console script: the words of the command line → the exit status. */
export type DbManageMain = (argv: readonly string[], terminal?: Terminal) => Promise<number>

/**
 * Makes the main of a db-manage command. What a service writes is three lines:
 *
 *     export async function main(argv: readonly string[]): Promise<number> {
 *       return dbManage({ prog: 'shop-db-manage', project: 'shop', groups, from: import.meta.dirname })(argv)
 *     }
 *
 * The main throws SlipwayErrors, and HelpShown for `--help`: `runConsoleScript` tells both.
 */
export function dbManage(setup: DbManageSetup): DbManageMain {
  const { prog, project, version, description = 'Manages the database of the service.' } = setup
  return async (argv, terminal = processTerminal()) => {
    const command = commandGroup(prog)
    const shownGroups: readonly OptionGroup[] = [command, databaseGroup]
    const conf = readConfig({
      groups: [...new Set([command, ...setup.groups, databaseGroup])],
      shownGroups,
      argv,
      prog,
      project,
      version,
      description,
      epilog: programExamples(prog),
    })
    const { warnings } = conf
    if (warnings.length > 0) terminal.err(`${renderDiagnostics(warnings, { cwd: terminal.cwd })}\n\n`)
    const [{ runVerb }, { Session }] = await Promise.all([import('./verbs.ts'), import('./session.ts')])
    const session = new Session(setup, conf, terminal)
    try {
      return await runVerb(session, conf.get(command).command)
    } finally {
      await session.close()
    }
  }
}
