// The files of a new project that are no code: manifest, package.json, configuration, deployment file. Pure.
import { moduleWord } from './names.ts'

export interface ProjectNames {
  readonly name: string
  /** The command that serves. */
  readonly command: string
  readonly isTypeScript: boolean
  /** Of the package slipway, as package.json asks for it. */
  readonly slipway: string
}

export function renderManifest({ name, command, isTypeScript }: ProjectNames): string {
  const word = moduleWord(name)
  return `# What this package offers: "slipway list" shows it. After an edit: slipway scripts --write

[metadata]
name = ${name}

[options]
# The first word of a module, and the folder that it stands for.
package_dir =
    ${word} = ${isTypeScript ? 'dist' : 'src'}

[entry_points]
console_scripts =
    ${command} = ${word}.cmd.api:main
paste.app_factory =
    hello = ${word}.hello:app_factory
paste.filter_factory =
    served-by = ${word}.served_by:filter_factory
slipway.config =
    ${name} = ${word}.options:groups
`
}

export function renderPackage({ name, command, isTypeScript, slipway }: ProjectNames): string {
  const build = { build: 'tsc', prestart: 'tsc', pretest: 'tsc' }
  const value = {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    bin: { [command]: `bin/${command}.js` },
    files: ['bin', 'etc', 'setup.cfg', ...(isTypeScript ? ['dist', '!dist/*.test.js'] : ['src'])],
    scripts: {
      ...(isTypeScript ? build : {}),
      start: `node bin/${command}.js --config-file etc/${name}/${name}.conf`,
      check: `slipway check etc/${name}/api-paste.ini --import && slipway scripts --check`,
      test: isTypeScript ? 'node --test dist/*.test.js' : 'node --test test/*.test.js',
    },
    dependencies: { slipway },
    ...(isTypeScript ? { devDependencies: { '@types/node': '^20.19.0', typescript: '>=5.9.0' } } : {}),
    engines: { node: '>=20.19' },
  }
  return `${JSON.stringify(value, null, 2)}\n`
}

export function renderTsconfig(): string {
  return `{
  "compilerOptions": {
    "target": "es2023",
    "module": "nodenext",
    "rootDir": "src",
    "outDir": "dist",
    "types": ["node"],
    "strict": true,
    "noUncheckedIndexedAccess": true,
    "verbatimModuleSyntax": true,
    "rewriteRelativeImportExtensions": true,
    "sourceMap": true,
    "skipLibCheck": true
  },
  "include": ["src"]
}
`
}

export function renderConfiguration({ name }: ProjectNames): string {
  return `# Configuration of ${name}. All options: slipway config sample
[DEFAULT]
# Where it listens, and with how many processes.
listen = 127.0.0.1:8774
workers = 1
api_paste_config = api-paste.ini
`
}

export function renderDeployment({ name }: ProjectNames): string {
  return `# Which app answers, and what a request goes through on its way.
#
#   slipway check etc/${name}/api-paste.ini
#   slipway graph etc/${name}/api-paste.ini

# Filters from the outside in, then the app. What stands further left also sees what goes wrong further right.
[pipeline:main]
pipeline = request_id catch_errors request_log served-by hello

[app:hello]
use = egg:${name}#hello
greeting = Hello

[filter:served-by]
use = egg:${name}#served-by
header = x-served-by
value = ${name}

# An id for every request, in the log and in the response.
[filter:request_id]
use = egg:slipway#request_id

# Makes a response of every exception.
[filter:catch_errors]
use = egg:slipway#catch_errors

# One line in the log for every request.
[filter:request_log]
use = egg:slipway#request_log
`
}

export function renderReadme({ name, command }: ProjectNames): string {
  return `# ${name}

    npm install
    npm start                                   # ${command}, on http://127.0.0.1:8774
    npm test
    npx slipway start-chain ${command} --config-file etc/${name}/${name}.conf

| file | what it is |
|---|---|
| \`setup.cfg\` | the manifest: commands, apps, filters, options |
| \`etc/${name}/${name}.conf\` | the configuration |
| \`etc/${name}/api-paste.ini\` | the deployment file: which app answers, through which filters |
| \`src/\` | the code |
| \`bin/\` | start scripts, made of the manifest: \`npx slipway scripts --write\` |

More of them: \`npx slipway init app NAME\`, \`init filter NAME\`, \`init command NAME\`, \`init extension NAME\`,
\`init migration NAME\`.
`
}

export function renderCi(): string {
  return `#!/usr/bin/env bash
# What a change has to pass.
set -euo pipefail
cd "$(dirname "$0")/.."
npm install --no-audit --no-fund
npm test
npm run check
`
}
