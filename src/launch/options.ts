// The options of the launcher, in [DEFAULT] as oslo.service has its own; names are its names where
// it has the thing. Read by the master and, from the snapshot, by every worker.
import { availableParallelism } from 'node:os'
import { bool, bytes, float, group, int, multi, str, type ValuesOf } from '../config/index.ts'

// Eleven days. Two of them together are still what a timer of Node can wait; beyond that it fires at once.
const longest = 1_000_000

/** What a line of the access log may be made of (access-format.ts), with flags and widths as Python has them. */
const accessFormat =
  /^(?:[^%]|%%|%\((?:client_ip|date_time|request_line|status_code|body_length|wall_seconds|request_id|\{[\w-]+\}[io])\)[-#0 +]*\d*(?:\.\d+)?[sradiuxXofF])*$/u

export const launchGroup = group(
  'DEFAULT',
  {
    workers: int({
      default: 1,
      min: 1,
      cli: true,
      help: 'Number of workers. One runs in the process itself; more share the listening sockets, as worker_model says.',
    }),
    worker_model: str({
      default: 'process',
      choices: {
        process: 'Each in a process of its own, which the others outlive.',
        thread: 'Each in a thread of the one process, for places where a process per worker is not allowed.',
      },
      help: 'What several workers are.',
    }),
    listen: multi({
      default: ['127.0.0.1:8774'],
      cli: true,
      metavar: 'ADDRESS',
      help: 'Address to serve on: host:port, [IPv6 address]:port, unix:/path?mode=0660&owner=user&group=name, or fd:name for a socket that systemd has opened. May be given several times. With sockets from systemd they are the default.',
    }),
    backlog: int({
      default: 511,
      min: 1,
      help: 'How many connections may wait to be accepted, per address (the kernel caps it at net.core.somaxconn).',
    }),
    graceful_shutdown_timeout: int({
      default: 60,
      min: 0,
      max: longest,
      help: 'Seconds that work in hand has to finish when a worker stops. After them it is cut. 0 waits without end.',
    }),
    keepalive_grace: float({
      min: 0,
      max: longest,
      help: 'Seconds that idle connections are kept when a worker stops, so that a request already on its way is still answered. Default: keep_alive_timeout and one second.',
    }),
    stop_delay: float({
      default: 0,
      min: 0,
      max: longest,
      help: 'Seconds to go on accepting after a stop was ordered, for load balancers that need time to notice.',
    }),
    restart_method: str({
      default: 'reload',
      choices: {
        reload: 'New workers with everything that was read take the place of the old ones.',
        mutate: 'The workers stay; options that can change while they run follow, and the service is told (reset).',
      },
      help: 'What a reload does, as the argument of that name does in oslo.service.',
    }),
    start_timeout: float({
      default: 30,
      min: 0,
      max: longest,
      help: 'Seconds that a worker has to get ready. 0 waits without end.',
    }),
    keep_alive_timeout: float({
      default: 5,
      min: 0.1,
      max: longest,
      help: 'Seconds that an idle connection is kept open for a next request.',
    }),
    headers_timeout: float({
      default: 60,
      min: 0,
      max: longest,
      help: 'Seconds that a client has to send the head of a request. 0 waits without end.',
    }),
    request_timeout: float({
      default: 300,
      min: 0,
      max: longest,
      help: 'Seconds that a client has to send a whole request. 0 waits without end.',
    }),
    client_socket_timeout: float({
      default: 900,
      min: 0,
      max: longest,
      help: 'Seconds without a byte in either direction after which a connection is closed. 0 waits without end.',
    }),
    tcp_keepidle: float({
      default: 600,
      min: 0,
      max: longest,
      help: 'Seconds of silence after which the kernel asks whether a client is still there. 0 never asks.',
    }),
    max_header_size: int({ default: 16_384, min: 1024, help: 'Bytes that the head of a request may have.' }),
    keepalive_requests: int({
      default: 0,
      min: 0,
      help: 'Requests, give or take a tenth, after which a kept connection is closed with an answer, so that those of long-lived proxies spread again over the workers. 0 sets no limit.',
    }),
    max_requests: int({
      default: 0,
      min: 0,
      help: 'Requests after which a worker is replaced by a new one, started first. 0 sets no limit. For workers that are processes.',
    }),
    max_requests_jitter: int({
      default: 0,
      min: 0,
      help: 'How many requests more or less that may be, drawn for each worker, so that they do not go together.',
    }),
    max_worker_rss: bytes({
      default: 0,
      help: 'Memory (resident set) beyond which a worker is replaced by a new one, started first. 0 sets no limit. For workers that are processes.',
    }),
    worker_timeout: float({
      default: 60,
      min: 0,
      max: longest,
      help: 'Seconds that the event loop of a worker may be blocked before the worker is killed and replaced. 0 waits without end. For workers that are processes.',
    }),
    worker_timeout_stack: bool({
      default: false,
      help: 'Tell in the log where a worker hangs before worker_timeout kills it. Takes a thread and 10 to 20 MB of memory for each worker.',
    }),
    control_socket: str({
      help: 'Path of a unix socket for slipway status, reload, stop, scale, log-level and report. Only the user that the service runs as can open it. None unless set.',
    }),
    pid_file: str({
      help: 'Where the process id is written once the addresses are bound. It is removed at the end. None unless set.',
    }),
    user: str({
      help: 'User, by name or number, that the service runs as when root has started it. Worker processes become this user and their master stays root; one worker, or threads, make the whole process change once its addresses are bound. Unset: whoever starts it.',
    }),
    group: str({
      help: 'Group, by name or number, to go with it. Default: the own group of the user.',
    }),
    umask: str({
      regex: /^(?:0o?)?[0-7]{3}$/,
      help: 'Permissions that files made by the service do not get, in octal: 027. Default: those of whoever starts it.',
    }),
    reload: bool({
      default: false,
      cli: true,
      help: 'For development: reload when a file of the configuration, the manifest, the deployment file or the code of the project changes. A single worker is a process of its own then, for code cannot be imported twice.',
    }),
    inspect: int({
      min: 0,
      max: 65_535,
      cli: true,
      metavar: 'PORT',
      help: 'For development: open the inspector of each worker on this machine, worker 1 on this port, worker 2 on the next; 0, or a port that is taken, is any free one. The log and slipway status say where. worker_timeout and start_timeout do not count then.',
    }),
    metrics_listen: str({
      metavar: 'ADDRESS',
      help: 'Address to serve metrics for Prometheus on, at /metrics: host:port, [IPv6 address]:port, or unix:/path?mode=0660. None unless set.',
    }),
    task_pool_threads: int({
      default: availableParallelism(),
      min: 1,
      sampleDefault: '<number of CPUs>',
      help: 'Threads of the pool that a worker gives CPU-bound work to. They start when first needed.',
    }),
    access_log: str({
      default: 'off',
      choices: {
        off: 'none, at no cost',
        text: 'lines made by wsgi_log_format',
        json: 'lines of JSON with the fields req, res and responseTime',
      },
      help: 'A line for each request that was answered, with the time until its answer was handed to the connection.',
    }),
    access_log_file: str({
      metavar: 'path',
      help: 'Where these lines go, in place of the log of the service. Every worker writes it, as the user that it runs as; a renamed file is noticed, and USR1 opens it anew.',
    }),
    wsgi_log_format: str({
      default:
        '%(client_ip)s "%(request_line)s" status: %(status_code)s  len: %(body_length)s time: %(wall_seconds).7f',
      regex: accessFormat,
      help: 'Form of a line with access_log = text: client_ip, date_time, request_line, status_code, body_length, wall_seconds, request_id; a header of the request as %({user-agent}i)s, of the answer as %({content-type}o)s. In a file of its own the date stands in front of it unless it is in it.',
    }),
    measure_filters: bool({
      default: false,
      help: 'Count the calls, the errors and the own time of each filter and app of the pipeline.',
    }),
  },
  { help: 'How the service is launched, served and stopped.' },
)

export type LaunchSettings = ValuesOf<typeof launchGroup>

/** Whether anybody may look at how it goes: figures that cost something are only taken then. */
export function isObserved({ control_socket: control, metrics_listen: metrics }: LaunchSettings): boolean {
  return control !== null || metrics !== null
}
