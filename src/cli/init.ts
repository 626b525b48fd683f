// `slipway init`: a new project, or one more app, filter or command for the project at hand.
import type { InitOptions } from './init-files.ts'
import { manifestFlag } from './flags.ts'
import { headings, type Verb } from './verb.ts'

export const init: Verb<InitOptions> = {
  usage: 'init <what> [name]',
  heading: headings.write,
  summary: 'Make a new project, or one more app, filter or command in a project',
  details:
    'A project is a folder with a manifest, a configuration, a deployment file, one app, one filter, the command that serves them, and a test. In a project the new part gets a module, its entry in the manifest and, but for a command, its section in the deployment file. No file that is there is overwritten.',
  args: ['the name of a project; or app, filter, command', 'the name of the app, filter or command'],
  completes: [['app', 'filter', 'command']],
  flags: [
    { flags: '--typescript', summary: 'a project in TypeScript; in a project its tsconfig.json decides' },
    manifestFlag,
  ],
  examples: [
    ['slipway init my-service', 'a project in the new folder my-service'],
    ['slipway init my-service --typescript', 'the same in TypeScript'],
    ['slipway init filter rate-limit', 'one more filter for the project of this folder'],
  ],
  async run([what = '', name], options, terminal) {
    const files = await import('./init-files.ts')
    if (name !== undefined) return files.initPart(String(what), String(name), options, terminal)
    return files.initProject(String(what), options, terminal)
  },
}
