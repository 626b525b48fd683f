// `slipway export …`: what other supervisors need to run a command of the manifest, as files.
import type { ImageOptions, SystemdOptions } from './export-facts.ts'
import { configFileFlag, manifestFlag } from './flags.ts'
import { type Flag, headings, type Verb, type VerbFamily } from './verb.ts'

const commonFlags: readonly Flag[] = [
  {
    flags: '--command <name>',
    summary: 'the console script (default: the only one of the manifest)',
    completes: 'console scripts',
  },
  { ...configFileFlag, summary: 'a configuration file that the command is started with; repeatable' },
  { flags: '--output <path>', summary: 'write to this file, or into this folder, instead of standard output' },
  manifestFlag,
]

const imageFlag: Flag = { flags: '--image <name>', summary: 'the image (default: project:version)' }

const known = 'Reads the manifest, the configuration and its deployment file; imports the modules that declare options.'

const systemd: Verb<SystemdOptions> = {
  usage: 'systemd',
  heading: headings.write,
  summary: 'Write a unit for systemd',
  details: `${known} Deadlines follow from the configuration, folders under /run and /var/log are made by systemd.`,
  flags: [
    ...commonFlags,
    {
      flags: '--socket-activation',
      summary: 'a second unit: systemd holds the addresses and starts the service at need',
    },
  ],
  examples: [
    [
      'slipway export systemd --command shop-api --config-file /etc/shop/shop.conf --output /etc/systemd/system',
      'the unit, in its place',
    ],
  ],
  async run(_args, options, terminal) {
    const { exportSystemd } = await import('./export-systemd.ts')
    return exportSystemd(options, terminal)
  },
}

const kubernetes: Verb<ImageOptions & { readonly showSecrets?: true }> = {
  usage: 'kubernetes',
  heading: headings.write,
  summary: 'Write manifests for Kubernetes: Deployment, Service, ConfigMap, Secret',
  details: `${known} The command is one of the image's PATH. Secrets leave the configuration files for a Secret, which is masked on standard output.`,
  flags: [...commonFlags, imageFlag, { flags: '--show-secrets', summary: 'secrets on standard output as well' }],
  examples: [
    [
      'slipway export kubernetes --command shop-api --config-file etc/shop.conf --output deploy',
      'a file for each object',
    ],
  ],
  async run(_args, options, terminal) {
    const { exportKubernetes } = await import('./export-kubernetes.ts')
    return exportKubernetes(options, terminal)
  },
}

const compose: Verb<ImageOptions> = {
  usage: 'compose',
  heading: headings.write,
  summary: 'Write a compose file for containers on one machine',
  details: `${known} The command is one of the image's PATH. Configuration files are mounted from where they are, those with secrets as secrets.`,
  flags: [...commonFlags, imageFlag],
  examples: [
    ['slipway export compose --command shop-api --config-file etc/shop.conf --output compose.yaml', 'as a file'],
  ],
  async run(_args, options, terminal) {
    const { exportCompose } = await import('./export-compose.ts')
    return exportCompose(options, terminal)
  },
}

export const exportFamily: VerbFamily = {
  name: 'export',
  heading: headings.write,
  summary: 'Write what systemd, Kubernetes or compose need to run a command',
  verbs: [systemd, kubernetes, compose],
}
