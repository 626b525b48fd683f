// A new project: every file of it but its start scripts, which are made of its manifest. Pure.
import { renderApp, renderFilter, renderOptions, renderServer, renderTest } from './code.ts'
import { checkProjectName } from './names.ts'
import {
  type ProjectNames,
  renderCi,
  renderConfiguration,
  renderDeployment,
  renderManifest,
  renderPackage,
  renderReadme,
  renderTsconfig,
} from './settings.ts'

export interface NewFile {
  /** Below the folder of the project. */
  readonly path: string
  readonly text: string
  readonly isExecutable?: boolean
}

/** @throws SlipwayError SLIPWAY_USAGE for a name that can be none */
export function renderProject(request: Omit<ProjectNames, 'command'>): NewFile[] {
  const { name, isTypeScript } = request
  checkProjectName(name)
  const names: ProjectNames = { ...request, command: `${name}-api` }
  const ending = isTypeScript ? 'ts' : 'js'
  return [
    { path: 'package.json', text: renderPackage(names) },
    { path: 'setup.cfg', text: renderManifest(names) },
    { path: 'README.md', text: renderReadme(names) },
    { path: '.gitignore', text: renderIgnored(isTypeScript) },
    { path: '.ci/run', text: renderCi(), isExecutable: true },
    { path: `etc/${name}/${name}.conf`, text: renderConfiguration(names) },
    { path: `etc/${name}/api-paste.ini`, text: renderDeployment(names) },
    { path: `src/cmd/api.${ending}`, text: renderServer(name, names.command, names) },
    { path: `src/options.${ending}`, text: renderOptions(names) },
    { path: `src/hello.${ending}`, text: renderApp('hello', names) },
    { path: `src/served-by.${ending}`, text: renderFilter('served-by', names) },
    { path: isTypeScript ? 'src/api.test.ts' : 'test/api.test.js', text: renderTest(name, names) },
    ...(isTypeScript ? [{ path: 'tsconfig.json', text: renderTsconfig() }] : []),
  ]
}

/** The last three are the database that `init migration` configures, and what lies beside it. */
function renderIgnored(isTypeScript: boolean): string {
  const patterns = ['node_modules/', ...(isTypeScript ? ['dist/'] : []), '*.log', '*.db', '*.db-*', '*.migrate-lock']
  return `${patterns.join('\n')}\n`
}
