// The options of logging, under oslo.log's names. Rotation, syslog, format strings and rate limits
// are not here: logrotate, journald and the JSON lines take their place.
import { bool, group, list, str, type ValuesOf } from '../config/index.ts'
import { levelNames } from './levels.ts'

const levelPair = new RegExp(String.raw`^[^=]+=\s*(${levelNames.join('|')}|\d+)$`, 'u')

/** Registered by every command that logs. */
export const logGroup = group(
  'DEFAULT',
  {
    debug: bool({
      default: false,
      cli: true,
      short: 'd',
      mutable: true,
      help: 'Log at level DEBUG instead of INFO.',
    }),
    log_file: str({
      cli: true,
      deprecatedNames: ['logfile'],
      help: 'Log to this file, relative to log_dir when that is set.',
      metavar: 'path',
    }),
    log_dir: str({
      cli: true,
      deprecatedNames: ['logdir'],
      help: 'Folder of the log file; alone it means a file named after the command. It must exist.',
      metavar: 'path',
    }),
    use_stderr: bool({ default: false, help: 'Log to standard error, also beside a file.' }),
    use_json: bool({
      default: false,
      help: 'Log JSON lines to a terminal too. Anything but a terminal always gets them.',
    }),
    log_color: bool({ default: false, help: 'Colour on a terminal whatever the environment says.' }),
    default_log_levels: list({
      of: str({ regex: levelPair, ignoreCase: true }),
      default: [],
      mutable: true,
      help: 'Levels of single loggers, name=LEVEL: of all names that fit, the longest counts.',
    }),
  },
  { help: 'Options that belong to no group.' },
)

export type LogSettings = Partial<ValuesOf<typeof logGroup>>
