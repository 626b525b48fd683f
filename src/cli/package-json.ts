// package.json as diagnostics need it: its values, and where each of them is written.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Node } from 'jsonc-parser'
import type { Where } from '../errors.ts'
import { readText } from '../ini/read-text.ts'
import { scanLines, whereOf } from '../ini/scanner.ts'
import { jsonPositions } from '../lazy-packages.ts'

export interface PackageJson {
  readonly file: string
  /** Command → file, as npm reads it: a text alone is a command with the package's own name. */
  readonly bin: ReadonlyMap<string, string>
  /** Null when every file is part of the package. */
  readonly files: readonly string[] | null
  /** The range of Node versions. */
  readonly node: string | null
  /** Where a value stands; of a value that is not there, where it would: in what is there of its path. */
  where(...path: readonly string[]): Where
}

/** Null when the folder has none. Its syntax is not judged: the manifest's reader does. */
export function readPackageJson(folder: string): PackageJson | null {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return null
  const text = readText(file, { purpose: 'manifest' })
  const { parseTree, findNodeAtLocation, getNodeValue } = jsonPositions()
  const root = parseTree(text)
  const valueAt = (path: readonly string[]): unknown => {
    const node = root && findNodeAtLocation(root, [...path])
    return node && getNodeValue(node)
  }
  const node = valueAt(['engines', 'node'])
  const files = valueAt(['files'])
  return {
    file,
    bin: binOf(valueAt(['bin']), valueAt(['name'])),
    files: Array.isArray(files) ? files.map(String) : null,
    node: typeof node === 'string' ? node : null,
    where(...path) {
      for (let length = path.length; length > 0; length -= 1) {
        const found = root && findNodeAtLocation(root, path.slice(0, length))
        // The key is what tells a reader where he is.
        if (found) return placeOf(file, text, found.type === 'string' ? found : (found.parent?.children?.[0] ?? found))
      }
      return { file }
    },
  }
}

function binOf(bin: unknown, name: unknown): Map<string, string> {
  if (typeof bin === 'string' && typeof name === 'string') return new Map([[name.replace(/^@[^/]*\//u, ''), bin]])
  if (typeof bin !== 'object' || bin === null) return new Map()
  return new Map(Object.entries(bin).flatMap(([key, path]) => (typeof path === 'string' ? [[key, path]] : [])))
}

/** A text without its quotes. */
function placeOf(file: string, text: string, { offset, length }: Node): Where {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/u)
  const line = scanLines(text)[before.length - 1]
  return line ? whereOf(file, line, (before.at(-1)?.length ?? 0) + 2, length - 2) : { file }
}
