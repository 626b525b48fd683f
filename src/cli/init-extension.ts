// `slipway init extension NAME`: an extension of the project's API with its test, and with the first one the filter that puts
// extensions in front of the app.
import { join, relative } from 'node:path'
import type { Distribution } from '../entrypoints/distribution.ts'
import { ExitCode, SlipwayError } from '../errors.ts'
import { className, renderExtension, renderExtensionTest, withExtensions } from '../scaffold/extension.ts'
import { checkPartName, moduleWord } from '../scaffold/names.ts'
import { withEntry } from '../scaffold/part.ts'
import {
  deploymentFile,
  type InitOptions,
  type Layout,
  layoutOf,
  refuseTwin,
  textOf,
  writeChanged,
  writeNew,
  type Writing,
} from './init-files.ts'
import { requireProject } from './project.ts'
import type { Terminal } from './terminal.ts'

const group = 'slipway.api_extensions'

export function initExtension(name: unknown, options: InitOptions, terminal: Terminal): number {
  if (typeof name !== 'string') {
    throw new SlipwayError('SLIPWAY_USAGE', 'the extension needs a name', { expected: 'slipway init extension NAME' })
  }
  checkPartName(name, 'extension')
  const project = requireProject(options.manifest, terminal.cwd)
  refuseTwin(project, group, name)
  const layout = layoutOf(project)
  const manifest = join(project.folder, 'setup.cfg')
  const entry = `${name} = ${layout.word}.extensions.${moduleWord(name)}:${className(name)}`
  const deployment = deploymentFile(project.folder)
  const before = deployment === null ? null : textOf(deployment)
  const after = before === null ? null : withExtensions(before)
  const edits = [{ file: manifest, text: withEntry(textOf(manifest), group, entry) }]
  if (deployment !== null && after !== null && after.text !== before) edits.push({ file: deployment, text: after.text })
  writeNew(modules(name, project, layout), terminal)
  for (const edit of edits) writeChanged(edit, terminal)
  if (after?.isWired !== true) {
    terminal.err('  next: put a filter with "use = egg:slipway#extensions" before the app of a pipeline\n')
  }
  return ExitCode.ok
}

/** Tests lie where the runner of the project looks for them. */
function modules(name: string, project: Distribution, { sources, isTypeScript }: Layout): Writing[] {
  const file = `${name}.${isTypeScript ? 'ts' : 'js'}`
  const module = join(sources, 'extensions', file)
  const tests = isTypeScript ? sources : join(project.folder, 'test')
  const path = relative(tests, module)
  const test = `${name}.test.${isTypeScript ? 'ts' : 'js'}`
  const updated = `${new Date().toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length)}Z`
  return [
    { file: module, text: renderExtension(name, updated, { isTypeScript }) },
    { file: join(tests, test), text: renderExtensionTest(name, path.startsWith('.') ? path : `./${path}`) },
  ]
}
