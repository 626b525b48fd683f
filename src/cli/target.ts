// `FILE`, `FILE#name`, or a URI of Paste Deploy: what a verb is told to look at. Parsing is pure; the
// error for a name that was not said reads the file again, to tell which names there are.
import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { isSlipwayError, SlipwayError } from '../errors.ts'
import { parseConfigParser, readText } from '../ini/index.ts'
import { splitWords } from '../ini/scanner.ts'
import { configFile, isUri, parseUri } from '../paste/uri.ts'

export interface Target {
  /** As given. */
  readonly text: string
  /** Absolute when it names a file. */
  readonly uri: string
  /** Null when nobody said one, and in `uri` when that is no file's. */
  readonly name: string | null
  readonly file: string | null
}

/**
 * @throws SlipwayError SLIPWAY_PASTE_URI
 */
export function parseTarget(text: string, cwd: string): Target {
  if (!isUri(text)) return fileTarget(text, cwd)
  const uri = parseUri(text, null)
  if (uri.scheme !== 'config') return { text, uri: text, name: null, file: null }
  const file = resolve(configFile(uri, cwd))
  const name = text.includes('#') ? text.slice(text.indexOf('#') + 1) : null
  return { text, uri: configUri(file), name, file }
}

/** The last "#" divides, unless the whole is a file that is there. */
function fileTarget(text: string, cwd: string): Target {
  const hash = existsSync(resolve(cwd, text)) ? -1 : text.lastIndexOf('#')
  const file = resolve(cwd, hash === -1 ? text : text.slice(0, hash))
  return { text, uri: configUri(file), name: hash === -1 ? null : text.slice(hash + 1), file }
}

/** What the URI's reader would take apart or decode is escaped. */
function configUri(file: string): string {
  return `config:${file.replaceAll(/[%#\\\s]/gu, (character) => encodeURIComponent(character))}`
}

/** Whether a target is a manifest, by its name: `check` takes both. */
export function isManifestFile(file: string): boolean {
  return ['setup.cfg', 'package.json', 'pyproject.toml', 'entry_points.txt'].includes(basename(file))
}

/** When no name was said and there is no "main", the error tells what could have been said. */
export async function namingRoots<T>(target: Target, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    const isUnnamed = target.file !== null && target.name === null
    if (!isUnnamed || !isSlipwayError(error) || error.code !== 'SLIPWAY_PASTE_SECTION_MISSING') throw error
    const hint = rootsHint(target)
    if (hint === null || error.where?.line !== undefined) throw error
    throw new SlipwayError(error.code, error.message, {
      where: error.where,
      expected: error.expected ?? undefined,
      alternatives: error.alternatives,
      hint,
      original: error.original ?? undefined,
    })
  }
}

function rootsHint({ text, file }: Target): string | null {
  const roots = file === null ? [] : rootsOf(file)
  const named = (root: string) => `${text.replace(/#$/u, '')}#${root}`
  const [only] = roots
  if (only === undefined) return null
  if (roots.length === 1) return `name the app: ${named(only)}, which is the only one that nothing refers to`
  const shown = roots.slice(0, 12).map(named).join(', ')
  return `name one of the apps that nothing refers to: ${shown}${roots.length > 12 ? ' …' : ''}`
}

const appSection = /^(?:app|application|composite|composit|pipeline|filter-app):(.+)$/u

interface AppSection {
  readonly name: string
  /** As written: `composite:main`. */
  readonly section: string
}

/** Every app, pipeline and composite of a file. */
export function appsOf(file: string): AppSection[] {
  const { sections } = parseConfigParser(readText(file, { purpose: 'deployment file' }), file)
  return [...sections.keys()].flatMap((section) => {
    const name = appSection.exec(section)?.[1]?.trim()
    return name === undefined ? [] : [{ name, section }]
  })
}

/** The names of apps that stand in no value of another section. */
export function rootsOf(file: string): string[] {
  const { sections } = parseConfigParser(readText(file, { purpose: 'deployment file' }), file)
  const words = [...sections.values()].map((section) => ({
    section,
    words: new Set([...section.options.values()].flatMap(({ value }) => splitWords(value).map(({ word }) => word))),
  }))
  return [...sections.values()].flatMap((section) => {
    const name = appSection.exec(section.name)?.[1]?.trim()
    if (name === undefined) return []
    return words.some((other) => other.section !== section && other.words.has(name)) ? [] : [name]
  })
}
