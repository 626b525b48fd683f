// The start of every command: flags, files, environment and remote sources → a checked configuration, or
// every problem at once. The only place of the package that reads process.env.
import type { Diagnostic } from '../errors.ts'
import { parseCommandLine } from './command-line.ts'
import { Config, type Rereader, type Severities } from './config.ts'
import type { OptionGroup } from './option.ts'
import { Places } from './places.ts'
import { readReferences } from './references.ts'
import { Registry } from './registry.ts'
import { withRemote } from './remote.ts'

export interface ReadConfigOptions {
  /** Every group whose options may be flags, and whose unknown settings are errors. */
  readonly groups: readonly OptionGroup[]
  /** Without the program: `process.argv.slice(2)`. */
  readonly argv: readonly string[]
  /** The command's name. */
  readonly prog: string
  /** With it, default files are searched: `~/.project`, `~`, `/etc/project`, `/etc`. */
  readonly project?: string | undefined
  /** What `--version` shows. */
  readonly version?: string | undefined
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  readonly description?: string | undefined
  /** Read in place of searched files when no `--config-file` is given; they must exist. */
  readonly defaultFiles?: readonly string[] | undefined
  /** Read in place of searched `.conf.d` folders when no `--config-dir` is given; those that exist. */
  readonly defaultFolders?: readonly string[] | undefined
  /** What `--help` ends with. */
  readonly epilog?: string | undefined
  /** Groups whose flags `--help` shows; all unless given. The flags of the others work as well. */
  readonly shownGroups?: readonly OptionGroup[] | undefined
  /** Allows words that are no flags (`conf.args`), and names them in the usage line: `[revision]`. */
  readonly positionals?: string | undefined
  /** Unknown groups, options and variables are errors, as with `--strict-config`. */
  readonly strict?: boolean | undefined
  /** An option that its group does not declare: an error, or for a program that shares another's file a warning. */
  readonly unknownOptions?: Diagnostic['severity'] | undefined
}

/**
 * Reads and checks everything.
 * @throws HelpShown for `--help` and `--version`
 * @throws SlipwayError SLIPWAY_USAGE (64); SLIPWAY_INPUT_MISSING (66); SLIPWAY_CONFIG_SOURCE (69); SLIPWAY_INPUT_UNREADABLE
 * (77); else a report of all problems (78)
 */
export function readConfig(options: ReadConfigOptions): Config {
  const env = options.env ?? process.env
  const { prog, argv, description, epilog, shownGroups, version, positionals, project = null } = options
  const registry = new Registry()
  for (const group of options.groups) registry.add(group)
  const line = parseCommandLine({ prog, argv, registry, description, epilog, shownGroups, version, positionals })
  const isStrict = options.strict ?? line.given.some(({ kind }) => kind === 'strict-config')
  const places = new Places({ ...options, project, env }, line.given)
  const rereader: Rereader = {
    severities: severitiesOf(isStrict, options.unknownOptions),
    read() {
      const { timeline, folders } = places.read()
      const own = ownVariables(env)
      const references = readReferences(timeline, own, env)
      const local = { timeline, env: own, references, sourceGroups: [], notes: [] }
      return { ...withRemote(local, registry), folders }
    },
  }
  const flags = Array.from(registry.all()).flatMap(({ option, key }) => (option.cli ? [key] : []))
  const about = { prog, project, version: version ?? null, args: line.args, commandLine: line.shown, flags }
  const conf = new Config(
    { ...rereader.read(), ...about, overrides: {}, defaults: {}, declared: {}, live: null },
    registry,
    rereader,
  )
  conf.check(rereader.severities.options, rereader.severities.groups)
  return conf
}

function severitiesOf(isStrict: boolean, unknownOptions: Diagnostic['severity'] = 'error'): Severities {
  return isStrict ? { options: 'error', groups: 'error' } : { options: unknownOptions, groups: 'warning' }
}

/** Only what may set an option: the rest of the environment is nobody's business in a snapshot. */
function ownVariables(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, text]) => (/^OS_.+__/u.test(name) && text !== undefined ? [[name, text]] : [])),
  )
}
