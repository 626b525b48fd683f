// The units of a command for systemd: how it is started, told to reload and stopped, its deadlines, its folders, and what it may
// not do. The text follows systemd.service(5), systemd.exec(5) and systemd.socket(5).
import { existsSync, readFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { dirname, join } from 'node:path'
import type { Distribution } from '../entrypoints/distribution.ts'
import { npmGlobalFolder } from '../entrypoints/npm-prefix.ts'
import { ExitCode, SlipwayError } from '../errors.ts'
import { exportFacts, longestStop, type ServiceFacts, settingOf, type SystemdOptions } from './export-facts.ts'
import { type ExportFile, writeExport } from './export-files.ts'
import type { Terminal } from './terminal.ts'

export async function exportSystemd(options: SystemdOptions, terminal: Terminal): Promise<number> {
  const facts = await exportFacts(options, terminal)
  const files: ExportFile[] = [{ name: `${facts.command}.service`, text: renderService(facts, options) }]
  if (options.socketActivation) files.push({ name: `${facts.command}.socket`, text: renderSocket(facts) })
  writeExport(files, { output: options.output, separator: '\n' }, terminal)
  return ExitCode.ok
}

type Lines = readonly (string | null)[]

function renderService(facts: ServiceFacts, options: SystemdOptions): string {
  const { socketActivation } = options
  const { command, settings, unix } = facts
  const stop = longestStop(settings)
  const { start_timeout: start } = settings
  return render(`${command}.service`, [
    ['Unit', [describeUnit(facts), 'After=network-online.target', 'Wants=network-online.target']],
    [
      'Service',
      [
        '# Started when all workers are ready. The messages come from systemd-notify(1), which the service runs.',
        'Type=notify',
        'NotifyAccess=all',
        `ExecStart=${commandLine(facts)}`,
        'ExecReload=/bin/kill -HUP $MAINPID',
        `WorkingDirectory=${escaped(facts.project.folder)}`,
        socketActivation ? `Sockets=${command}.socket` : null,
        ...identity(facts),
        `TimeoutStartSec=${start === 0 ? 'infinity' : `${Math.ceil(start) + 10}s`}`,
        '# stop_delay and graceful_shutdown_timeout, and some air.',
        `TimeoutStopSec=${stop === null ? 'infinity' : `${stop}s`}`,
        '# The master passes a stop on to its workers.',
        'KillMode=mixed',
        '# Restarts a master that does not turn any more; workers have worker_timeout.',
        'WatchdogSec=60s',
        'Restart=on-failure',
        'RestartSec=1s',
        '# A wrong command line, a missing file, a missing permission, a wrong configuration: trying again mends none.',
        `RestartPreventExitStatus=${ExitCode.usage} ${ExitCode.inputMissing} ${ExitCode.notPermitted} ${ExitCode.config}`,
        'LimitNOFILE=65536',
        ...folders(facts),
        socketActivation && unix.length > 0 ? '# The sockets in it are not those of the service alone.' : null,
        socketActivation && unix.length > 0 ? 'RuntimeDirectoryPreserve=yes' : null,
      ],
    ],
    ['Service', hardening(facts, options)],
    ['Install', ['WantedBy=multi-user.target', socketActivation ? `Also=${command}.socket` : null]],
  ])
}

function renderSocket(facts: ServiceFacts): string {
  const { command, tcp, unix, settings } = facts
  const addresses = tcp.map(({ host, port }) => `ListenStream=${isIPv6(host) ? `[${host}]` : host}:${port}`)
  const [mode] = unix.flatMap((one) => one.mode ?? [])
  return render(`${command}.socket`, [
    ['Unit', [describeUnit(facts)]],
    [
      'Socket',
      [
        ...addresses,
        ...unix.map(({ path }) => `ListenStream=${escaped(path)}`),
        mode === undefined ? null : `SocketMode=0${mode.toString(8).padStart(3, '0')}`,
        ...(unix.length > 0 ? socketOwner(facts) : []),
        `Backlog=${settings.backlog}`,
      ],
    ],
    ['Install', ['WantedBy=sockets.target']],
  ])
}

/** Sections of one name that follow each other are one, with a blank line inside. */
function render(name: string, sections: readonly (readonly [name: string, lines: Lines])[]): string {
  const blocks = sections.map(([section, lines], index) => {
    const head = sections[index - 1]?.[0] === section ? [] : [`[${section}]`]
    return [...head, ...lines.filter((line) => line !== null)].join('\n')
  })
  return `# ${name}\n${blocks.join('\n\n')}\n`
}

function describeUnit({ command, project }: ServiceFacts): string {
  const { name, version } = project
  return `Description=${escaped(`${command}, of ${[name, version].filter(Boolean).join(' ') || project.folder}`)}`
}

/** A name is looked up at the start of the unit only where it is absolute; both are then those that were tried here. */
function commandLine({ command, project, files }: ServiceFacts): string {
  const words = [...startOf(command, project), ...files.flatMap((file) => ['--config-file', file])]
  return words.map(quoted).join(' ')
}

/** @throws SlipwayError SLIPWAY_MANIFEST_SCRIPT when there is no such script on the disk */
function startOf(command: string, project: Distribution): string[] {
  const installed = join(dirname(dirname(npmGlobalFolder())), 'bin', command)
  const scripts = [packageBin(command, project), join(project.folder, 'bin', `${command}.js`)].filter(
    (one) => one !== null,
  )
  const script = scripts.find((one) => existsSync(one))
  if (script !== undefined) return [process.execPath, script]
  if (existsSync(installed)) return [process.execPath, installed]
  throw new SlipwayError('SLIPWAY_MANIFEST_SCRIPT', `there is no start script of "${command}"`, {
    found: `looked for ${[...scripts, installed].join(', ')}`,
    hint: 'write it: slipway scripts --write',
  })
}

function packageBin(command: string, { folder }: Distribution): string | null {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return null
  const { bin } = JSON.parse(readFileSync(file, 'utf-8')) as { readonly bin?: Readonly<Record<string, unknown>> }
  const path = typeof bin === 'object' ? bin[command] : undefined
  return typeof path === 'string' ? join(folder, path) : null
}

function identity(facts: ServiceFacts): Lines {
  const lines = owner(facts)
  return lines.length > 0 ? lines : ['# A user of its own is better than root:', `#User=${facts.command}`]
}

function owner({ config }: ServiceFacts): string[] {
  return (['user', 'group'] as const).flatMap((name) => {
    const value = settingOf(config, name)
    return value === undefined ? [] : [`${name === 'user' ? 'User' : 'Group'}=${escaped(value)}`]
  })
}

/** One for all sockets of a unit. What an address says itself beats what the service is. */
function socketOwner({ config, unix }: ServiceFacts): string[] {
  const [user] = [...unix.flatMap((one) => one.owner ?? []), settingOf(config, 'user')]
  const [group] = [...unix.flatMap((one) => one.group ?? []), settingOf(config, 'group')]
  return [
    ...(user === undefined ? [] : [`SocketUser=${escaped(user)}`]),
    ...(group === undefined ? [] : [`SocketGroup=${escaped(group)}`]),
  ]
}

/** Folders that vanish with a reboot, or belong to root: systemd makes them, for the user of the unit. */
function folders({ settings, unix, config }: ServiceFacts): Lines {
  const { control_socket: control, pid_file: pid } = settings
  const runtime = [control, pid, ...unix.map(({ path }) => path)].flatMap((path) => below(path, /^(?:\/var)?\/run\//u))
  const logFile = settingOf(config, 'log_file')
  const logFolder = settingOf(config, 'log_dir')
  const logPaths = logFolder === undefined ? [logFile] : [`${logFolder}/x`]
  const logs = logPaths.flatMap((path) => below(path, /^\/var\/log\//u))
  return [
    runtime.length > 0 ? `RuntimeDirectory=${[...new Set(runtime)].map(quoted).join(' ')}` : null,
    logs.length > 0 ? `LogsDirectory=${[...new Set(logs)].map(quoted).join(' ')}` : null,
  ]
}

/** The folder of a path, relative to one that systemd knows. */
function below(path: string | null | undefined, root: RegExp): string[] {
  if (typeof path !== 'string' || !root.test(path)) return []
  const folder = dirname(path.replace(root, ''))
  return folder === '.' ? [] : [folder]
}

function hardening({ tcp, unix, settings }: ServiceFacts, { socketActivation }: SystemdOptions): Lines {
  const isPrivileged = !socketActivation && tcp.some(({ port }) => port > 0 && port < 1024)
  const inTmp = [settings.control_socket, ...unix.map(({ path }) => path)].some((path) => path?.startsWith('/tmp/'))
  return [
    '# What the service has no use for. MemoryDenyWriteExecute= stays away: V8 compiles while it runs.',
    'NoNewPrivileges=yes',
    ...(isPrivileged
      ? ['AmbientCapabilities=CAP_NET_BIND_SERVICE', 'CapabilityBoundingSet=CAP_NET_BIND_SERVICE']
      : ['CapabilityBoundingSet=']),
    'ProtectSystem=full',
    'ProtectHome=read-only',
    inTmp ? null : 'PrivateTmp=yes',
    ...['PrivateDevices', 'ProtectClock', 'ProtectControlGroups', 'ProtectHostname', 'ProtectKernelLogs'].map(yes),
    ...['ProtectKernelModules', 'ProtectKernelTunables', 'RestrictNamespaces', 'RestrictRealtime'].map(yes),
    ...['RestrictSUIDSGID', 'LockPersonality'].map(yes),
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
    'SystemCallArchitectures=native',
  ]
}

function yes(setting: string): string {
  return `${setting}=yes`
}

/** A value: systemd expands what begins with "%". */
function escaped(text: string): string {
  return text.replaceAll('%', '%%')
}

/** A word of a command line or of a list. */
function quoted(word: string): string {
  const text = escaped(word).replaceAll('$', '$$$$')
  return /[\s"'\\;]/u.test(text) ? `"${text.replaceAll(/["\\]/gu, String.raw`\$&`)}"` : text
}
