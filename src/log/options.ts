// The options of logging, under oslo.log's names and with its defaults; log_format and syslog_address
// are our own. What of oslo.log is not here stands in docs/logging.md, with the reason.
import { bool, group, int, list, type Option, str, type ValuesOf } from '../config/index.ts'
import { levelNames } from './levels.ts'
import { percentFormat } from './percent-format.ts'
import { facilityPattern } from './priorities.ts'
import { syslogAddressPattern } from './syslog-address.ts'
import { textDefaults } from './text-defaults.ts'

const levelPair = new RegExp(String.raw`^[^=]+=\s*(${levelNames.join('|')}|\d+)$`, 'u')

/** A format string of lines of text. */
function format(name: keyof typeof textDefaults, help: string): Option<string> {
  return str({ default: textDefaults[name], regex: percentFormat, help: `${help} With log_format = text.` })
}

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
    default_log_levels: list({
      of: str({ regex: levelPair, ignoreCase: true }),
      default: [],
      mutable: true,
      help: 'Levels of single loggers, name=LEVEL: of all names that fit, the longest counts.',
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
    use_journal: bool({
      default: false,
      cli: true,
      help: 'Write the priority that journald understands before each line on standard output or standard error. Done anyway where journald reads them.',
    }),
    use_syslog: bool({ default: false, cli: true, help: 'Log to the syslog at syslog_address too.' }),
    syslog_address: str({
      default: 'udp://127.0.0.1:514',
      regex: syslogAddressPattern,
      help: 'Where a syslog listens: udp://host:port or tcp://host:port.',
    }),
    syslog_log_facility: str({
      default: 'LOG_USER',
      cli: true,
      regex: facilityPattern,
      ignoreCase: true,
      help: 'Facility of lines to a syslog: LOG_USER, LOG_DAEMON, LOG_LOCAL0 …',
    }),

    log_format: str({
      default: 'auto',
      choices: {
        auto: 'text for people on a terminal, JSON lines everywhere else',
        json: 'JSON lines everywhere',
        text: 'lines made by the format strings below, as oslo.log writes them',
      },
      help: 'The form of lines.',
    }),
    use_json: bool({ default: false, cli: true, help: 'Log JSON lines, whatever log_format says.' }),
    log_color: bool({ default: false, help: 'Colour on standard output and standard error, terminal or not.' }),
    log_date_format: str({
      default: textDefaults.log_date_format,
      cli: true,
      help: 'The form of %(asctime)s in lines of text, in the words of strftime.',
    }),
    logging_context_format_string: format('logging_context_format_string', 'Form of a line that belongs to a request.'),
    logging_default_format_string: format('logging_default_format_string', 'Form of any other line.'),
    logging_debug_format_suffix: format('logging_debug_format_suffix', 'What follows a line of level DEBUG.'),
    logging_exception_prefix: format('logging_exception_prefix', 'What stands before each line of a stack.'),
    logging_user_identity_format: format('logging_user_identity_format', 'Form of %(user_identity)s.'),
    instance_format: format('instance_format', 'Form of %(instance)s for a record.'),
    instance_uuid_format: format('instance_uuid_format', 'Form of %(instance)s for a uuid.'),

    log_rotation_type: str({
      default: 'none',
      choices: {
        none: 'leave it to logrotate: a renamed file is noticed',
        interval: 'rename the file when its time is over',
        size: 'rename the file when it is large',
      },
      ignoreCase: true,
      help: 'When the process that launched the service renames the log file. Its workers follow.',
    }),
    log_rotate_interval: int({
      default: 1,
      min: 0,
      help: 'Number of units until a file is renamed; with weekday the day, 0 for Monday.',
    }),
    log_rotate_interval_type: str({
      default: 'days',
      choices: ['seconds', 'minutes', 'hours', 'days', 'weekday', 'midnight'],
      ignoreCase: true,
      help: 'The unit of log_rotate_interval.',
    }),
    max_logfile_count: int({ default: 30, min: 1, help: 'How many renamed files are kept.' }),
    max_logfile_size_mb: int({ default: 200, min: 1, help: 'Size in MiB at which a file is renamed.' }),

    rate_limit_interval: int({
      default: 0,
      min: 0,
      help: 'Seconds for which rate_limit_burst counts; 0 for no limit.',
    }),
    rate_limit_burst: int({
      default: 0,
      min: 0,
      help: 'Lines in rate_limit_interval, over all loggers; 0 for no limit.',
    }),
    rate_limit_except_level: str({
      default: 'CRITICAL',
      choices: ['CRITICAL', 'ERROR', 'WARNING', 'INFO', 'DEBUG', ''],
      help: 'Lines of this level and above are never dropped; empty: all may be.',
    }),
  },
  { help: 'Options that belong to no group.' },
)

export type LogSettings = Partial<ValuesOf<typeof logGroup>>
