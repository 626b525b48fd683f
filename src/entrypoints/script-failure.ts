// A failure of a console script in words: diagnostics in their frame, and of the user's own exceptions
// the stack, without the frames of this package and of Node. Pure but for the imports it diagnoses.
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { renderDiagnostics, type RenderOptions } from '../diagnostic.ts'
import { type ErrorCode, isSlipwayError, SlipwayError } from '../errors.ts'
import type { Walk } from './attribute.ts'
import { importFault } from './import-fault.ts'
import { attributeMissing } from './load.ts'
import { parseReference } from './reference.ts'

export { wantsColour } from '../diagnostic.ts'

/** The codes whose cause is an exception of the user's code. */
const usersFault: ReadonlySet<ErrorCode> = new Set([
  'SLIPWAY_REFERENCE_THREW',
  'SLIPWAY_PASTE_FACTORY_THREW',
  'SLIPWAY_LAUNCH_WORKER_BOOT',
  'SLIPWAY_LAUNCH_WORKER_DIED',
])

export function renderFailure(error: unknown, options: RenderOptions = {}): string {
  if (!isSlipwayError(error)) return renderThrown(error)
  const told = renderDiagnostics(error.problems, options)
  if (!usersFault.has(error.code)) return told
  let cause: unknown = error.cause
  while (isSlipwayError(cause)) cause = cause.cause
  return cause === undefined ? told : `${told}\n\n${renderThrown(cause)}`
}

/** Whatever was thrown, with its causes, as Node shows it. */
function renderThrown(error: unknown): string {
  const text = inspect(error)
  const kept = text.split('\n').filter((line) => !isHiddenFrame(line))
  const frames = (lines: readonly string[]) => lines.filter((line) => /^\s+at /u.test(line)).length
  // An error with no frame of the user's is our own fault: then all frames are wanted.
  return frames(kept) > 0 || frames(text.split('\n')) === 0 ? kept.join('\n') : text
}

/** Frames name a module by its URL, or by its path when it is CommonJS. */
const ownUrl = new URL('../', import.meta.url).href
const ownFolders = [ownUrl, fileURLToPath(ownUrl)]

/** The reference service is user code, to this package. */
function isHiddenFrame(line: string): boolean {
  if (!/^\s+at /u.test(line)) return false
  if (line.includes('node:internal/')) return true
  return ownFolders.some((folder) => line.includes(folder) && !line.includes(`${folder}service/`))
}

/** Why the module of a script did not load. It was there when the script was made. */
export async function targetFault(error: unknown, text: string, url: string): Promise<SlipwayError> {
  const reference = parseReference(text)
  if (isMissing(error, url)) {
    return new SlipwayError('SLIPWAY_REFERENCE_MODULE', `cannot find module "${reference.module}"`, {
      found: `${url.startsWith('file:') ? fileURLToPath(url) : url} is not there`,
      hint: 'build the project; when the module has moved, make the scripts anew: slipway scripts --write',
      cause: error,
      original: `No module named '${reference.module}'`,
    })
  }
  return importFault(
    error,
    { url, file: url.startsWith('file:') ? fileURLToPath(url) : null, specifier: null },
    reference,
  )
}

/** Node tells the URL that was not found: the target's own, or that of something it imports. */
function isMissing(error: unknown, url: string): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    'url' in error &&
    error.url === url
  )
}

export function targetMissing(walk: Extract<Walk, { found: false }>, text: string): SlipwayError {
  return attributeMissing(walk, parseReference(text))
}
