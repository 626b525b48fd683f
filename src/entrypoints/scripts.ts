// Start scripts: from an entry of console_scripts, gui_scripts or wsgi_scripts to the text of the file that
// starts it, with pbr's rules for names and targets. Writes no file and runs no user code; the scripts
// import their target directly, so that a start reads no manifest.
import { existsSync } from 'node:fs'
import { basename, join, relative, resolve as resolvePath } from 'node:path'
import { errorOf, isSlipwayError, SlipwayError } from '../errors.ts'
import { ownDistribution } from './aliases.ts'
import type { Distribution } from './distribution.ts'
import type { EntryPoint } from './entry-point.ts'
import type { Reference } from './reference.ts'
import { resolveModule } from './resolve.ts'
import { quote } from './string-literal.ts'

export const scriptGroups = ['console_scripts', 'gui_scripts', 'wsgi_scripts'] as const

export interface Script {
  /** The command's name. */
  readonly name: string
  readonly group: (typeof scriptGroups)[number]
  readonly module: string
  /** What is imported from the module: the first part of `calls`. */
  readonly importName: string
  /** `func` or `Class.class_method`. */
  readonly calls: string
  /** Whether the script is also a module with an `application`. */
  readonly isWsgi: boolean
  readonly reference: Reference
}

export interface RenderScriptOptions {
  /** Whose entry point it is. */
  readonly distribution: Distribution
  /** Where the file will stand. */
  readonly binFolder: string
}

/**
 * What the script of an entry point does.
 * @throws SlipwayError SLIPWAY_MANIFEST_SCRIPT when there can be none; SLIPWAY_REFERENCE_SYNTAX
 */
export function describeScript(entryPoint: EntryPoint): Script {
  const { name, reference, where, valueWhere } = entryPoint
  if (entryPoint.problem) throw errorOf([entryPoint.problem])
  const group = scriptGroups.find((known) => known === entryPoint.group)
  if (group === undefined) {
    throw new SlipwayError('SLIPWAY_MANIFEST_SCRIPT', `group "${entryPoint.group}" holds no commands`, {
      where,
      expected: `an entry of ${scriptGroups.join(', ')}`,
    })
  }
  checkName(entryPoint)
  const calls = reference?.attr ?? null
  if (reference === null || calls === null) {
    throw new SlipwayError('SLIPWAY_MANIFEST_SCRIPT', `command "${name}" names a module and no function in it`, {
      where: valueWhere,
      expected: `${reference?.module ?? 'module'}:main`,
      original: `'NoneType' object has no attribute 'split'`,
    })
  }
  const parts = calls.split('.')
  if (parts.length > 2 || parts.includes('')) {
    throw new SlipwayError('SLIPWAY_MANIFEST_SCRIPT', `command "${name}" names "${calls}", which is too deep`, {
      where: valueWhere,
      expected: 'module:func or module:Class.class_method',
      original: "Script targets must be of the form 'func' or 'Class.class_method'.",
    })
  }
  const [importName = ''] = parts
  return { name, group, module: reference.module, importName, calls, isWsgi: group === 'wsgi_scripts', reference }
}

function checkName({ name, where }: EntryPoint): void {
  const hasSeparator = /[/\\]/u.test(name)
  // A control character, which a JSON manifest can hold, would end the comment that names the script.
  if (!hasSeparator && !/^\.{0,2}$|\p{C}|\p{Zl}|\p{Zp}/u.test(name)) return
  throw new SlipwayError('SLIPWAY_MANIFEST_SCRIPT', `${JSON.stringify(name)} can be no command's name`, {
    where,
    expected: 'the name of a file, without "/" and "\\"',
    original: hasSeparator ? 'Path separators not allowed in script names' : undefined,
  })
}

/**
 * The text of the script's file. Needs no built target: a module of the manifest's `package_dir` has its place there.
 * @throws SlipwayError as describeScript; SLIPWAY_REFERENCE_MODULE when it cannot be told where the target is or will be
 */
export function renderScript(entryPoint: EntryPoint, { distribution, binFolder }: RenderScriptOptions): string {
  const script = describeScript(entryPoint)
  const target = importOf(script.reference, distribution, binFolder, entryPoint)
  const reference = quote(`${script.module}:${script.calls}`)
  const from = (file: string, subpath: string) => quote(ownImport(file, subpath, distribution, binFolder))
  const manifest = basename(entryPoint.where.file)
  const head = [
    '#!/usr/bin/env node',
    `// Made from the entry "${script.name}" of ${script.group} in ${manifest}: change it there, then run "slipway scripts --write".`,
  ]
  const mainImport = from('entrypoints/run-main.js', 'slipway/script')
  const targetLine = `scriptTarget(${reference}, import.meta.resolve(${quote(target)}))`
  const lines = script.isWsgi
    ? [
        `import { isRunDirectly, scriptTarget } from ${mainImport}`,
        `import { runWsgiScript, wsgiExports } from ${from('launch/wsgi-script.js', 'slipway/wsgi-script')}`,
        '',
        `const target = ${targetLine}`,
        '',
        'export const { application, handler } = wsgiExports(target)',
        '',
        // Not awaited: servers that are CommonJS (Passenger's loader) can "require" a module only without a top-level await.
        `if (isRunDirectly(import.meta.url)) void runWsgiScript(target, ${quote(script.name)}, process.argv.slice(2))`,
      ]
    : [
        `import { runConsoleScript, scriptTarget } from ${mainImport}`,
        '',
        `const main = ${targetLine}`,
        '',
        `await runConsoleScript(main, { name: ${quote(script.name)} })`,
      ]
  return [...head, ...lines, ''].join('\n')
}

/** What the script imports as its target, seen from its own folder. */
function importOf(reference: Reference, project: Distribution, binFolder: string, entryPoint: EntryPoint): string {
  try {
    const { file, specifier, url } = resolveModule(reference, project, entryPoint.valueWhere)
    return specifier ?? (file === null ? url : relativeImport(binFolder, file))
  } catch (error) {
    const planned = plannedFile(reference, project)
    if (planned === null || !isSlipwayError(error)) throw error
    return relativeImport(binFolder, planned)
  }
}

/** Where a module that is not built yet will stand; null when the manifest does not tell. */
function plannedFile({ module }: Reference, project: Distribution): string | null {
  if (/^\.{1,2}\/.*\.[cm]?js$/u.test(module)) return resolvePath(project.folder, module)
  const [first = '', ...rest] = module.split('.')
  const folder = project.packageDir.get(first)
  if (folder === undefined) return null
  const path = rest.length === 0 ? 'index' : join(...rest)
  const dashed = path.replaceAll('_', '-')
  // What is not compiled yet lies in src/ under the name that it will have.
  const isDashed = ['.ts', '.mts'].some((ending) => existsSync(join(project.folder, 'src', dashed + ending)))
  return resolvePath(project.folder, folder, `${isDashed ? dashed : path}.js`)
}

function ownImport(file: string, subpath: string, distribution: Distribution, binFolder: string): string {
  const own = ownDistribution().folder
  return distribution.folder === own ? relativeImport(binFolder, join(own, 'dist', file)) : subpath
}

function relativeImport(folder: string, file: string): string {
  const path = relative(folder, file).replaceAll('%', '%25').replaceAll('#', '%23').replaceAll('?', '%3F')
  return path.startsWith('.') ? path : `./${path}`
}
