// `slipway doctor`: whether this machine can run what the manifest declares.
import type { DoctorOptions } from './examine.ts'
import { jsonFlag, manifestFlag } from './flags.ts'
import { headings, type Verb } from './verb.ts'

export const doctor: Verb<DoctorOptions> = {
  usage: 'doctor',
  heading: headings.look,
  summary: 'Tell what keeps the commands of the manifest from running here',
  details:
    'The version of Node, the prefix of npm and the PATH, installed commands, start scripts, package.json beside the manifest, entry points that lead nowhere, units of systemd. Runs no code of the project. Ends with 0 when nothing is wrong, 1 when there are warnings only, 78 when there are errors.',
  flags: [
    { flags: '--bin <folder>', summary: 'the folder of the start scripts (default: "bin" beside the manifest)' },
    manifestFlag,
    jsonFlag,
  ],
  examples: [
    ['slipway doctor', 'why does a command not start on this machine'],
    ['slipway doctor --json', 'the same for a program'],
  ],
  async run(_args, options, terminal) {
    const { examine } = await import('./examine.ts')
    return examine(options, terminal)
  },
}
