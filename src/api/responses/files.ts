// Files of a folder as answers, with validators and ranges. Runs in workers. Leaves out on purpose: lists of folders,
// compression, anything that caches.
import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { type App, HttpError, type HttpRequest, type HttpResponse } from '../../http/index.ts'
import { conditional, validatorHeaders } from './conditional.ts'
import { MethodNotAllowed, NotFound, RangeNotSatisfiable } from './http-errors.ts'
import { mediaType, withCharset } from './media-types.ts'
import { contentRange, rangeOf } from './ranges.ts'

export interface FileOptions {
  /** Files and folders whose names begin with a dot are there, too. */
  readonly dotfiles?: boolean
  /** The file that stands for its folder; none unless said. */
  readonly index?: string
  /** Content types by extension (`.html`), besides the usual. */
  readonly types?: Readonly<Record<string, string>>
}

/** An App of the files in a folder, by the rest of the path. 404 for what is not there, whatever the reason. */
export function files(root: string, options: FileOptions = {}): App {
  return async (req) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') throw new MethodNotAllowed(['GET', 'HEAD'])
    return sendFile(req, root, req.pathInfo, options)
  }
}

/**
 * The file at a raw (percent-encoded) path below the folder. Nothing outside of the folder is ever sent: not by `..`, by an
 * encoded separator, nor by a symbolic link. Raises an HttpError 404, or 400 for an encoding that is none.
 */
export async function sendFile(
  req: HttpRequest,
  root: string,
  rawPath: string,
  options: FileOptions = {},
): Promise<HttpResponse> {
  const path = pathBelow(rawPath, options)
  if (path === null) throw missing()
  const handle = await openBelow(root, path)
  try {
    return await respond(req, handle, typeOf(path, options))
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** The path as names of the file system, relative; null for one that leads nowhere. */
function pathBelow(rawPath: string, { dotfiles = false, index }: FileOptions): string | null {
  const names = rawPath.replace(/^\//, '').split('/').map(decode)
  if (names.at(-1) === '') {
    if (index === undefined) return null
    names[names.length - 1] = index
  }
  const isName = (name: string): boolean =>
    name !== '' &&
    name !== '.' &&
    name !== '..' &&
    !/[/\0]/.test(name) &&
    !name.includes(sep) &&
    (dotfiles || !name.startsWith('.'))
  return names.every(isName) ? names.join(sep) : null
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch (cause) {
    throw new HttpError(400, 'The path is not percent-encoded as it should be.', { cause })
  }
}

async function openBelow(root: string, path: string): Promise<FileHandle> {
  try {
    const [folder, file] = await Promise.all([realpath(root), realpath(join(root, path))])
    if (!file.startsWith(folder.endsWith(sep) ? folder : folder + sep)) throw missing()
    // A link that took its place since is not followed, and a pipe is not waited for.
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    if ((await handle.stat()).isFile()) return handle
    await handle.close()
  } catch (error) {
    if (!isAbsence(error)) throw error
  }
  throw missing()
}

const absences = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENAMETOOLONG', 'EACCES', 'ENXIO'])

function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && absences.has(String(error.code))
}

async function respond(req: HttpRequest, handle: FileHandle, type: string): Promise<HttpResponse> {
  const { size: length, mtimeNs, mtime } = await handle.stat({ bigint: true })
  const size = Number(length)
  const validators = { etag: `"${length.toString(36)}-${mtimeNs.toString(36)}"`, lastModified: mtime }
  const head: HttpResponse = {
    status: 200,
    headers: {
      'content-type': type,
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      ...validatorHeaders(validators),
    },
    body: null,
  }
  const checked = conditional(req, head)
  const range = checked === head ? rangeOf(req, size, validators) : 'whole'
  if (range === 'unsatisfiable') throw new RangeNotSatisfiable(size)
  if (checked !== head || (range === 'whole' && size === 0)) {
    await handle.close()
    return checked
  }
  const { start, end } = range === 'whole' ? { start: 0, end: size - 1 } : range
  head.headers['content-length'] = end - start + 1
  if (range !== 'whole') {
    head.status = 206
    head.headers['content-range'] = contentRange(range, size)
  }
  head.body = handle.createReadStream({ start, end })
  return head
}

function typeOf(path: string, { types = {} }: FileOptions): string {
  const extension = extname(path).toLowerCase()
  const own = Object.hasOwn(types, extension) ? types[extension] : undefined
  return own ?? withCharset(mediaType(extension) ?? 'application/octet-stream')
}

function missing(): HttpError {
  return new NotFound('The file could not be found.')
}
