// Why an import failed: the module needs something that is missing, does not parse, or threw while
// it ran. A missing module itself was told by resolve.ts before.
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { isSlipwayError, SlipwayError, type Where } from '../errors.ts'
import { pythonRepr } from '../ini/scanner.ts'
import type { Reference } from './reference.ts'
import type { ResolvedModule } from './resolve.ts'

const notFoundCodes = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'])

const unloadableCodes = new Set([
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
  'ERR_PACKAGE_IMPORT_NOT_DEFINED',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_INVALID_MODULE_SPECIFIER',
  'ERR_REQUIRE_ASYNC_MODULE',
])

/** What an import that failed says about the module: an error of its own, of what it imports, or of its source. */
export async function importFault(
  error: unknown,
  module: ResolvedModule,
  reference: Reference,
  where?: Where | null,
): Promise<SlipwayError> {
  if (isSlipwayError(error)) return error.located(where)
  const about = { name: reference.module, module, where }
  if (error instanceof SyntaxError && isUnlinked(error)) return unlinked(error, about)
  if (error instanceof SyntaxError && isOfParser(error)) return brokenSource(error, about)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (notFoundCodes.has(code)) return missingDependency(error as Error, about)
  if (unloadableCodes.has(code)) return unloadable(error as Error, about)
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return new SlipwayError(
    'SLIPWAY_REFERENCE_THREW',
    `module "${about.name}" threw while it loaded: ${firstLine(text)}`,
    {
      where,
      found: module.file === null ? undefined : `in ${module.file}`,
      cause: error,
    },
  )
}

interface About {
  readonly name: string
  readonly module: ResolvedModule
  readonly where: Where | null | undefined
}

function missingDependency(error: Error, { name, module, where }: About): SlipwayError {
  const wanted = /'([^']+)'/u.exec(error.message)?.[1] ?? 'another module'
  const importer = /(?: imported from |Require stack:\n- )(.+?)(?:\n|$)/u.exec(error.message)?.[1] ?? module.file
  const isPackage = !/^(?:\.{0,2}\/|file:)/u.test(wanted)
  const packageName = wanted.split('/', wanted.startsWith('@') ? 2 : 1).join('/')
  return new SlipwayError(
    'SLIPWAY_REFERENCE_DEPENDENCY',
    `module "${name}" is there, but what it imports is not: "${wanted}"`,
    {
      where,
      found: `imported by ${importer}`,
      hint: isPackage ? `install it: npm install ${packageName}` : 'correct the import, or build the project',
      cause: error,
      original: `No module named ${pythonRepr(wanted)}`,
    },
  )
}

function unloadable(error: Error, { name, where }: About): SlipwayError {
  return new SlipwayError(
    'SLIPWAY_REFERENCE_DEPENDENCY',
    `module "${name}" is there, but cannot be loaded, or not all that it imports: ${firstLine(error.message)}`,
    { where, cause: error },
  )
}

/** An import of a name that the other module does not export: Node makes a SyntaxError of it. */
function isUnlinked(error: SyntaxError): boolean {
  return error.message.startsWith('The requested module ')
}

function unlinked(error: SyntaxError, { name, where }: About): SlipwayError {
  return new SlipwayError(
    'SLIPWAY_REFERENCE_DEPENDENCY',
    `module "${name}" is there, but what it imports is not: ${lowerFirst(firstLine(error.message))}`,
    {
      where: placeInStack(error.stack ?? '') ?? where,
      hint: namedIn(where),
      cause: error,
    },
  )
}

/** Whether the parser threw it, and not running code (JSON.parse in a module): the parser is called by Node's module loaders. */
function isOfParser(error: SyntaxError): boolean {
  const stack = error.stack ?? ''
  const first = stack.split('\n').find((line) => line.startsWith('    at ')) ?? ''
  return first.includes('(node:internal/') || /^(?:file:\/\/)?\/[^\n]+:\d+\n/u.test(stack)
}

async function brokenSource(error: SyntaxError, { name, module, where }: About): Promise<SlipwayError> {
  const place = placeInStack(error.stack ?? '') ?? (await placeFromChild(module))
  return new SlipwayError('SLIPWAY_REFERENCE_SOURCE', `module "${name}" does not parse: ${firstLine(error.message)}`, {
    where: place ?? where,
    found: place === null && module.file !== null ? `in ${module.file} or what it imports` : undefined,
    hint: namedIn(where),
    cause: error,
  })
}

function namedIn(where: Where | null | undefined): string | undefined {
  return where?.line === undefined ? undefined : `it is named in ${where.file}:${where.line}`
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
  // Loaded here: it brings half of Node's network code, and nearly every start goes well.
  const { execFile } = await import('node:child_process')
  try {
    const source = `import ${JSON.stringify(module.url)}`
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', source], { timeout: 10_000 })
    return null
  } catch (error) {
    const { stderr } = error as { readonly stderr?: string }
    return placeInStack(stderr ?? '')
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}
