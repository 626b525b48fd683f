// The options of reports, under oslo.reports' names and with its meanings. Read by the process that launched.
import { group, int, str } from '../../config/index.ts'

export const reportsGroup = group(
  'oslo_reports',
  {
    log_dir: str({
      metavar: 'path',
      help: 'Folder that reports are written to, one file each. Standard error unless set.',
    }),
    file_event_handler: str({
      metavar: 'path',
      help: 'File whose change makes a report, in place of SIGUSR2: touch it.',
    }),
    file_event_handler_interval: int({
      default: 1,
      min: 1,
      max: 1_000_000,
      help: 'Seconds between two looks at file_event_handler.',
    }),
  },
  { help: 'Reports of a running service, for finding out what is wrong with it.' },
)
