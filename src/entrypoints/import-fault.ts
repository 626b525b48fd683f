// Why an import failed: the module needs something that is missing, does not parse, or threw while
// it ran. A missing module itself was told by resolve.ts before.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { isSlipwayError, SlipwayError, type Where } from '../errors.ts'
import { pythonRepr } from '../ini/scanner.ts'
import type { Reference } from './reference.ts'
import type { ResolvedModule } from './resolve.ts'

const linkingCodes = new Set([
  'ERR_MODULE_NOT_FOUND',
  'MODULE_NOT_FOUND',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
  'ERR_PACKAGE_IMPORT_NOT_DEFINED',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_INVALID_MODULE_SPECIFIER',
])

export async function importFault(
  error: unknown,
  module: ResolvedModule,
  reference: Reference,
  where: Where | null | undefined,
): Promise<SlipwayError> {
  if (isSlipwayError(error)) return error.located(where)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (linkingCodes.has(code)) return missingDependency(error as Error, module, reference, where)
  if (error instanceof SyntaxError && !ranAnywhere(error)) return brokenSource(error, module, reference, where)
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return new SlipwayError(
    'SLIPWAY_REFERENCE_THREW',
    `module "${reference.module}" threw while it loaded: ${firstLine(text)}`,
    {
      where,
      found: module.file === null ? undefined : `in ${module.file}`,
      cause: error,
    },
  )
}

function missingDependency(
  error: Error,
  module: ResolvedModule,
  reference: Reference,
  where: Where | null | undefined,
): SlipwayError {
  const wanted = /'([^']+)'/u.exec(error.message)?.[1] ?? 'another module'
  const importer = / imported from (.+?)(?:\n|$)/u.exec(error.message)?.[1] ?? module.file
  const isPackage = !/^(?:\.{0,2}\/|file:)/u.test(wanted)
  return new SlipwayError(
    'SLIPWAY_REFERENCE_DEPENDENCY',
    `module "${reference.module}" is there, but what it imports is not: "${wanted}"`,
    {
      where,
      found: `imported by ${importer}`,
      hint: isPackage
        ? `install it: npm install ${wanted
            .split('/')
            .slice(0, wanted.startsWith('@') ? 2 : 1)
            .join('/')}`
        : 'correct the import, or build the project',
      cause: error,
      original: `No module named ${pythonRepr(wanted)}`,
    },
  )
}

/** Whether the error was thrown by running code (JSON.parse in a module), and not by the parser or the linker. */
function ranAnywhere(error: Error): boolean {
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  return frames.some((line) => !line.includes('node:internal') && !line.includes('(node:'))
}

async function brokenSource(
  error: SyntaxError,
  module: ResolvedModule,
  reference: Reference,
  where: Where | null | undefined,
): Promise<SlipwayError> {
  const place = placeInStack(error.stack ?? '') ?? (await placeFromChild(module))
  return new SlipwayError(
    'SLIPWAY_REFERENCE_SOURCE',
    `module "${reference.module}" does not parse: ${firstLine(error.message)}`,
    {
      where: place ?? where,
      hint: where?.line === undefined ? undefined : `it is named in ${where.file}:${where.line}`,
      cause: error,
    },
  )
}

/** CommonJS errors, and Node's fatal path, begin with `file:line`, the line and a caret. */
function placeInStack(text: string): Where | null {
  const match = /^(file:\/\/)?(\/[^\n]+?):(\d+)\n([^\n]*)\n(\s*)(\^+)/mu.exec(text)
  if (!match) return null
  const [, scheme, path = '', line, source = '', indent = '', caret = '^'] = match
  const file = scheme === undefined ? path : fileURLToPath(scheme + path)
  return { file, line: Number(line), column: indent.length + 1, length: caret.length, text: source }
}

/**
 * A caught ESM SyntaxError has no place in Node; only the fatal path prints it. A child that imports the same
 * URL takes that path, and linking fails before anything runs.
 */
async function placeFromChild(module: ResolvedModule): Promise<Where | null> {
  try {
    const source = `import ${JSON.stringify(module.url)}`
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', source], { timeout: 10_000 })
    return null
  } catch (error) {
    return placeInStack(String((error as { stderr?: unknown }).stderr ?? ''))
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text
}
