// One more app, filter or command for a project that is there: a module, and the lines that name it in the manifest,
// the deployment file and package.json. Text to text; touches no disk.
import { renderApp, renderCommand, renderFilter } from './code.ts'
import { moduleWord } from './names.ts'

export const partKinds = ['app', 'filter', 'command'] as const

export type PartKind = (typeof partKinds)[number]

export interface Part {
  readonly kind: PartKind
  readonly name: string
  /** The name of the package, for eggs. */
  readonly project: string
  /** The first word of its modules. */
  readonly word: string
  readonly isTypeScript: boolean
}

interface PartRules {
  readonly group: string
  /** Below the folder of the sources. */
  readonly folder: string
  readonly attr: string
  readonly render: (name: string, part: Part) => string
}

const rules: Readonly<Record<PartKind, PartRules>> = {
  app: { group: 'paste.app_factory', folder: '', attr: 'app_factory', render: renderApp },
  filter: { group: 'paste.filter_factory', folder: '', attr: 'filter_factory', render: renderFilter },
  command: { group: 'console_scripts', folder: 'cmd/', attr: 'main', render: renderCommand },
}

export function groupOf(kind: PartKind): string {
  return rules[kind].group
}

/** The module, below the folder of the sources. */
export function renderModule(part: Part): { path: string; text: string } {
  const { folder, render } = rules[part.kind]
  return { path: `${folder}${part.name}.${part.isTypeScript ? 'ts' : 'js'}`, text: render(part.name, part) }
}

/** The manifest with the entry of a part. */
export function withPart(manifest: string, part: Part): string {
  const { group, folder, attr } = rules[part.kind]
  const module = [part.word, ...folder.split('/').filter(Boolean), moduleWord(part.name)].join('.')
  return withEntry(manifest, group, `${part.name} = ${module}:${attr}`)
}

/** The manifest with one entry more, at the end of its group. */
export function withEntry(manifest: string, group: string, text: string): string {
  const entry = `    ${text}`
  const lines = manifest.split('\n')
  const section = lines.findIndex((line) => line.startsWith('[entry_points]'))
  if (section === -1) return `${manifest.trimEnd()}\n\n[entry_points]\n${group} =\n${entry}\n`
  const following = lines.findIndex((line, index) => index > section && line.startsWith('['))
  const end = following === -1 ? lines.length : following
  const head = lines.findIndex((line, index) => index > section && index < end && line.split('=')[0]?.trim() === group)
  const at = lastEntry(lines, head === -1 ? section : head, end)
  return lines.toSpliced(at + 1, 0, ...(head === -1 ? [`${group} =`, entry] : [entry])).join('\n')
}

/** The last line that belongs to a group, or with its section's head to a section: blank lines and comments after it do not. */
function lastEntry(lines: readonly string[], head: number, end: number): number {
  const isSection = lines[head]?.startsWith('[') ?? false
  let last = head
  for (let index = head + 1; index < end; index += 1) {
    const line = lines[index] ?? ''
    if (!isSection && /^\S/u.test(line) && !/^[#;]/u.test(line)) break
    if (line.trim() !== '' && !/^[#;]/u.test(line)) last = index
  }
  return last
}

/** The deployment file with a section that uses it; where in a pipeline it goes is for its author. Null for a command. */
export function withSection(deployment: string, { kind, name, project }: Part): string | null {
  if (kind === 'command') return null
  return `${deployment.trimEnd()}\n\n[${kind}:${name}]\nuse = egg:${project}#${name}\n`
}
