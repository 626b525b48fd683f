// `slipway init`: a new project, or one more app, filter, command, migration or extension for the project
// at hand.
import type { InitOptions } from './init-files.ts'
import { manifestFlag } from './flags.ts'
import { headings, type Verb } from './verb.ts'

export const init: Verb<InitOptions> = {
  usage: 'init <what> [name]',
  heading: headings.write,
  summary: 'Make a new project, or one more app, filter, command, migration or extension in a project',
  details:
    'A project is a folder with a manifest, a configuration, a deployment file, one app, one filter, the command that serves them, and a test. In a project the new part gets a module, its entry in the manifest and, but for a command, its section in the deployment file. A migration is a revision file behind those that are there; the first brings the command that runs them. An extension adds resources to the API, and has a test; the first brings the filter that serves them. No file that is there is overwritten.',
  args: ['the name of a project; or app, filter, command, migration, extension', 'the name of the new part'],
  completes: [['app', 'filter', 'command', 'migration', 'extension']],
  flags: [
    { flags: '--typescript', summary: 'a project in TypeScript; in a project its tsconfig.json decides' },
    manifestFlag,
  ],
  examples: [
    ['slipway init my-service', 'a project in the new folder my-service'],
    ['slipway init my-service --typescript', 'the same in TypeScript'],
    ['slipway init filter rate-limit', 'one more filter for the project of this folder'],
    ['slipway init migration add-goods', 'one more revision of its database'],
    ['slipway init extension os-goods', 'an extension of its API'],
  ],
  async run([what = '', name], options, terminal) {
    if (what === 'migration') return (await import('./init-migration.ts')).initMigration(name, options, terminal)
    if (what === 'extension') return (await import('./init-extension.ts')).initExtension(name, options, terminal)
    const files = await import('./init-files.ts')
    if (name !== undefined) return files.initPart(String(what), String(name), options, terminal)
    return files.initProject(String(what), options, terminal)
  },
}
