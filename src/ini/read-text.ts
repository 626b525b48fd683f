// Reads a text file whole. The one place that turns a missing, unreadable or undecodable file into
// a diagnostic; the dialects only see text.
import { readFileSync } from 'node:fs'
import { SlipwayError, type Where } from '../errors.ts'

export interface ReadTextOptions {
  /** What the file is for, as the message names it: `deployment file`. */
  readonly purpose?: string
  /** Where the file was named, when a file named it. */
  readonly where?: Where | null
  readonly hint?: string
}

/**
 * The text of a UTF-8 file. A byte order mark stays in the text: the dialects refuse it, as their originals do.
 * @throws SlipwayError SLIPWAY_INPUT_MISSING (66), _UNREADABLE (77), _ENCODING (78)
 */
export function readText(file: string, options: ReadTextOptions = {}): string {
  const what = options.purpose ?? 'file'
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw unreadable(file, what, error as NodeJS.ErrnoException, options)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw undecodable(file, what, bytes, error)
  }
}

function unreadable(file: string, what: string, cause: NodeJS.ErrnoException, options: ReadTextOptions): SlipwayError {
  const parts = { where: options.where ?? { file }, hint: options.hint, cause }
  switch (cause.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new SlipwayError('SLIPWAY_INPUT_MISSING', `${what} "${file}" does not exist`, {
        ...parts,
        original: `[Errno 2] No such file or directory: '${file}'`,
      })
    case 'EISDIR':
      return new SlipwayError('SLIPWAY_INPUT_MISSING', `${what} "${file}" is a folder`, {
        ...parts,
        expected: 'a file',
      })
    case 'EACCES':
    case 'EPERM':
      return new SlipwayError('SLIPWAY_INPUT_UNREADABLE', `${what} "${file}" may not be read by this user`, {
        ...parts,
        hint: options.hint ?? `look at the permissions: ls -l ${file}`,
      })
    default:
      return new SlipwayError('SLIPWAY_INPUT_UNREADABLE', `${what} "${file}" cannot be read: ${cause.message}`, parts)
  }
}

function undecodable(file: string, what: string, bytes: Buffer, cause: unknown): SlipwayError {
  const offset = firstBadByte(bytes)
  const before = bytes
    .subarray(0, offset)
    .toString('utf-8')
    .split(/\r\n|\r|\n/u)
  const start = before.at(-1) ?? ''
  const end = bytes
    .subarray(offset)
    .toString('latin1')
    .search(/[\r\n]/u)
  const rest = bytes.subarray(offset, end === -1 ? undefined : offset + end).toString('utf-8')
  const byte = (bytes[offset] ?? 0).toString(16).padStart(2, '0')
  return new SlipwayError('SLIPWAY_INPUT_ENCODING', `${what} "${file}" is not UTF-8 text`, {
    where: { file, line: before.length, column: start.length + 1, text: start + rest },
    found: `byte 0x${byte}`,
    expected: 'UTF-8',
    hint: `convert it: iconv -f latin1 -t utf-8 ${file}`,
    original: `'utf-8' codec can't decode byte 0x${byte} in position ${offset}`,
    cause,
  })
}

/** Where the first sequence starts that cannot be decoded; the longest prefix that decodes is found by halving. */
function firstBadByte(bytes: Buffer): number {
  let good = 0
  let start = 0
  let bad = bytes.length
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    const decoded = decodedBytes(bytes.subarray(0, middle))
    if (decoded === null) bad = middle
    else {
      good = middle
      start = decoded
    }
  }
  return start
}

/** How many bytes make whole characters; an unfinished one at the end does not count. Null when any byte is wrong. */
function decodedBytes(bytes: Buffer): number | null {
  try {
    return Buffer.byteLength(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true }))
  } catch {
    return null
  }
}
