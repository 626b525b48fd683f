// package.json: name, version and `"entryPoints": {group: {name: "module:attr"}}`, with positions.
import type { Node, ParseError } from 'jsonc-parser'
import { diagnostic, errorOf, type Where } from '../errors.ts'
import { scanLines, whereOf } from '../ini/scanner.ts'
import { type Manifest, ManifestEntries } from './entry-point.ts'
import { jsonPositions } from '../lazy-packages.ts'

/**
 * @throws SlipwayError SLIPWAY_MANIFEST_ENTRY when the text is no JSON object
 */
export function parsePackageJson(text: string, file: string): Manifest {
  // Most packages have no entry points: then nobody asks for positions.
  const object = text.includes('"entryPoints"') ? null : objectOf(text)
  return object === null ? parseWithPositions(text, file) : withoutEntryPoints(object, file)
}

function objectOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function withoutEntryPoints({ name, version }: Readonly<Record<string, unknown>>, file: string): Manifest {
  return {
    file,
    name: typeof name === 'string' ? name : null,
    version: typeof version === 'string' ? version : null,
    entryPoints: [],
    packageDir: new Map(),
    problems: [],
  }
}

function parseWithPositions(text: string, file: string): Manifest {
  const { parseTree, printParseErrorCode } = jsonPositions()
  const faults: ParseError[] = []
  const root = parseTree(text, faults, { disallowComments: true, allowTrailingComma: false })
  const place = (offset: number, length: number) => placeOf(text, file, offset, length)
  if (faults.length > 0 || root?.type !== 'object') {
    const [first] = faults
    const message = first ? `the file is no JSON: ${printParseErrorCode(first.error)}` : 'the file holds no JSON object'
    throw errorOf([
      diagnostic('error', 'SLIPWAY_MANIFEST_ENTRY', message, {
        where: place(first?.offset ?? 0, first?.length ?? 1),
        expected: 'a JSON object',
      }),
    ])
  }
  const entries = new ManifestEntries()
  const table = property(root, 'entryPoints')
  for (const [groupKey, group] of properties(table)) {
    for (const [nameKey, value] of properties(group)) {
      const written: unknown = value.value
      const valueWhere = place(value.offset + 1, value.length - 2)
      if (typeof written === 'string') {
        const where = place(nameKey.offset + 1, nameKey.length - 2)
        entries.addOnce(
          { group: String(groupKey.value), name: String(nameKey.value), value: written, where, valueWhere },
          'error',
        )
      } else {
        const parts = { where: place(value.offset, value.length), expected: '"module:attr"' }
        entries.problems.push(
          diagnostic('error', 'SLIPWAY_MANIFEST_ENTRY', `entry point "${String(nameKey.value)}" is no text`, parts),
        )
      }
    }
  }
  return {
    file,
    name: textOf(property(root, 'name')),
    version: textOf(property(root, 'version')),
    entryPoints: entries.entryPoints,
    packageDir: new Map(),
    problems: entries.problems,
  }
}

function properties(node: Node | undefined): [Node, Node][] {
  if (node?.type !== 'object') return []
  return (node.children ?? []).flatMap((child): [Node, Node][] => {
    const [key, value] = child.children ?? []
    return key && value ? [[key, value]] : []
  })
}

function property(node: Node, name: string): Node | undefined {
  return properties(node).findLast(([key]) => key.value === name)?.[1]
}

function textOf(node: Node | undefined): string | null {
  return typeof node?.value === 'string' ? node.value : null
}

function placeOf(text: string, file: string, offset: number, length: number): Where {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/u)
  const line = scanLines(text)[before.length - 1]
  return line ? whereOf(file, line, (before.at(-1)?.length ?? 0) + 1, length) : { file }
}
