// The modules of a new project, in JavaScript or TypeScript: the same lines, with types or without. Pure.

export interface Language {
  readonly isTypeScript: boolean
}

/** What one of the two languages has and the other has not. */
function pick({ isTypeScript }: Language): { types: (text: string) => string; js: string } {
  return { types: (text) => (isTypeScript ? text : ''), js: isTypeScript ? 'ts' : 'js' }
}

export function renderServer(name: string, command: string, language: Language): string {
  const { types, js } = pick(language)
  return `// The command ${command}: configuration, deployment file, launcher.
import { fileURLToPath } from 'node:url'
import { readConfig } from 'slipway/config'
import { findProjectFolder } from 'slipway/entrypoints'
import { serveApp } from 'slipway/launch'
import { groups, serviceGroup } from '../options.${js}'

/** Serves until it is told to stop; the exit status of the command. */
export async function main(argv${types(': readonly string[]')})${types(': Promise<number>')} {
  const conf = readConfig({ groups, argv, prog: '${command}', project: '${name}' })
  const launcher = await serveApp({
    conf,
    // Asked again at every reload.
    uri: (conf) => {
      const { api_paste_config: file } = conf.get(serviceGroup)
      return \`config:\${conf.findFile(file) ?? file}\`
    },
    // What references in the deployment file are resolved from, wherever that file stands.
    from: findProjectFolder(fileURLToPath(new URL('.', import.meta.url))),
  })
  return launcher.wait()
}
`
}

export function renderOptions(language: Language): string {
  const { types } = pick(language)
  return `// The options of the service: its own, and those of what it uses. setup.cfg names \`groups\`, so that
// "slipway config" knows them too.
import { group, ${types('type OptionGroup, ')}str } from 'slipway/config'
import { launchGroup } from 'slipway/launch'
import { logGroup } from 'slipway/log'

export const serviceGroup = group('DEFAULT', {
  api_paste_config: str({
    default: 'api-paste.ini',
    help: 'Deployment file, looked for beside the configuration file and in the standard folders.',
  }),
})

export const groups${types(': readonly OptionGroup[]')} = [serviceGroup, launchGroup, logGroup]
`
}

export function renderApp(name: string, language: Language): string {
  const { types } = pick(language)
  const imports = language.isTypeScript
    ? "import { type AppFactory, json } from 'slipway/http'"
    : "import { json } from 'slipway/http'"
  return `// The app "${name}": answers with a greeting. A response is a plain value; whoever serves the app writes it.
${imports}

/** \`paste.app_factory\`. The settings are those of the app's section in the deployment file. */
export const appFactory${types(': AppFactory')} = (globalConf, { greeting = 'Hello' }) => {
  return (req) => json({ message: \`\${greeting}, \${req.query.get('name') ?? 'world'}\` })
}
`
}

export function renderFilter(name: string, language: Language): string {
  const { types } = pick(language)
  return `// The filter "${name}": adds a header to every response.
${types("import type { FilterFactory } from 'slipway/http'\n")}
/** \`paste.filter_factory\`. The settings are those of the filter's section in the deployment file. */
export const filterFactory${types(': FilterFactory')} = (globalConf, { header = 'x-${name}', value = 'yes' }) => {
  // Called once; what it returns is called for every request.
  return (app) => async (req) => {
    const response = await app(req)
    return { ...response, headers: { ...response.headers, [header]: value } }
  }
}
`
}

export function renderCommand(name: string, language: Language): string {
  const { types } = pick(language)
  return `// The command ${name}. What main returns is the exit status: nothing or 0 is success, a text is a failure.
import { readConfig } from 'slipway/config'
import { groups } from '../options.${pick(language).js}'

export function main(argv${types(': readonly string[]')})${types(': number')} {
  const conf = readConfig({ groups, argv, prog: '${name}' })
  console.log(\`read \${conf.files.join(', ') || 'no configuration file'}\`)
  return 0
}
`
}

export function renderDbManage(name: string, command: string, language: Language): string {
  const { types, js } = pick(language)
  return `// The command ${command}: the database of the service and its revisions.
import { fileURLToPath } from 'node:url'
import { dbManage } from 'slipway/db-manage'
import { groups } from '../options.${js}'

/** The exit status of the command. */
export function main(argv${types(': readonly string[]')})${types(': Promise<number>')} {
  // The package whose manifest names the revision files.
  const from = fileURLToPath(new URL('.', import.meta.url))
  return dbManage({ prog: '${command}', project: '${name}', groups, from })(argv)
}
`
}

/** The module of options with those of the database; null where it is not written as expected. */
export function withDatabaseOptions(options: string): string | null {
  if (options.includes('databaseGroup')) return options
  const list = /^(export const groups[^=]*= \[[^\]]*[^\],\s])(,?\s*\])/mu
  const imports = [...options.matchAll(/^import .+$/gmu)].at(-1)
  if (!list.test(options) || !imports) return null
  const end = imports.index + imports[0].length
  const withImport = `${options.slice(0, end)}\nimport { databaseGroup } from 'slipway/db'${options.slice(end)}`
  return withImport.replace(list, '$1, databaseGroup$2')
}

/** The configuration with a database: a file in the folder where the command is run. */
export function withDatabase(configuration: string, name: string): string {
  if (/^\[database\]/mu.test(configuration)) return configuration
  return `${configuration.trimEnd()}\n\n[database]\nconnection = sqlite:///${name}.db\n`
}

export function renderTest(name: string, language: Language): string {
  const folder = language.isTypeScript ? 'dist/, once compiled' : 'test/'
  return `// The whole pipeline, as the deployment file has it, without a socket.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { inject } from 'slipway/http'
import { loadApp } from 'slipway/paste'

// This file stands in ${folder}: one folder below the project.
const file = fileURLToPath(new URL('../etc/${name}/api-paste.ini', import.meta.url))
const loaded = await loadApp(\`config:\${file}\`)
const app = loaded.value
after(() => loaded.close())

test('greets whoever asks', async () => {
  const response = await inject(app, { path: '/?name=Ada' })
  assert.equal(response.status, 200)
  assert.deepEqual(response.json(), { message: 'Hello, Ada' })
})

test('says who has served', async () => {
  const response = await inject(app, { path: '/' })
  assert.equal(response.headers['x-served-by'], '${name}')
})

test('gives every request an id', async () => {
  const response = await inject(app, { path: '/' })
  assert.match(String(response.headers['x-openstack-request-id']), /^req-/)
})
`
}
