// The options of OSProfiler: [profiler] of the configuration under its names, and the settings of the filter's own section.
import { bool, group, str, type ValuesOf } from '../../config/index.ts'
import { ignored } from '../ignored-option.ts'

const traceparents = {
  ignore: 'take no notice of it',
  propagate: 'put its ids into the log and hand it on to other services',
  trace: 'trace requests that it marks as sampled, signed or not: behind a gateway that sets it itself',
} as const

const noDrivers = 'Events go to the log, or to the function that "notifier" of the filter names.'

export const profilerGroup = group(
  'profiler',
  {
    enabled: bool({
      default: false,
      deprecatedNames: ['profiler_enabled'],
      help: 'Trace requests that are signed with one of hmac_keys, in pipelines that have the filter osprofiler.',
    }),
    hmac_keys: str({
      secret: true,
      help: 'Keys that sign requests to be traced, separated by commas; the same in all services. There is no default: SECRET_KEY, that of OSProfiler, is known to everybody.',
    }),
    traceparent: str({
      choices: traceparents,
      default: 'propagate',
      help: 'What to make of the header traceparent (W3C Trace Context).',
    }),
    connection_string: ignored(noDrivers),
    es_doc_type: ignored(noDrivers),
    es_scroll_time: ignored(noDrivers),
    es_scroll_size: ignored(noDrivers),
    socket_timeout: ignored(noDrivers),
    sentinel_service_name: ignored(noDrivers),
    filter_error_trace: ignored(noDrivers),
    trace_sqlalchemy: ignored('There is no SQLAlchemy.'),
    trace_requests: ignored('Calls of other services are traced where code says so.'),
  },
  { help: 'Traces of single requests through services, as OSProfiler makes them.' },
)

export type ProfilerSettings = ValuesOf<typeof profilerGroup>

/** What the section of a filter may say; what it does not comes from [profiler]. */
export const osprofilerGroup = group('osprofiler', {
  // A text, because files have comments in it, which Paste Deploy keeps: yes #DEPRECATED.
  enabled: str({
    regex: /^\s*(?:(?:true|1|on|yes|false|0|off|no)?\s*|(?:true|1|on|yes|false|0|off|no)\s+[#;].*)$/u,
    ignoreCase: true,
    help: 'Whether this filter traces.',
  }),
  hmac_keys: str({ secret: true, help: 'Its keys, unless [profiler] is enabled and has some.' }),
  traceparent: str({ choices: traceparents, help: 'As in [profiler].' }),
  notifier: str({ help: 'The function that gets the events: shop.traces:notify. The log gets them unless set.' }),
})

export type OsprofilerSettings = ValuesOf<typeof osprofilerGroup>
