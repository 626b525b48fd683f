// What is known of the options, as a file: the sample configuration, or a reference.
import { resolve } from 'node:path'
import { type Generated, generate, type GeneratorSettings } from '../config/generator.ts'
import { writeText } from '../config/write-text.ts'
import { displayPath, renderDiagnostics } from '../diagnostic.ts'
import { ExitCode, SlipwayError } from '../errors.ts'
import { renderOptions } from './colour.ts'
import { namedNamespaces, serviceNamespaces } from './option-namespaces.ts'
import { projectAt } from './project.ts'
import type { Terminal } from './terminal.ts'

export interface ReferenceOptions {
  readonly namespace?: readonly string[]
  readonly outputFile?: string
  readonly manifest?: string
}

export interface SampleOptions extends ReferenceOptions {
  readonly wrapWidth?: string
  readonly minimal?: true
  readonly summarize?: true
  readonly format?: GeneratorSettings['format']
}

export async function writeReference(options: SampleOptions, terminal: Terminal): Promise<number> {
  const wrap_width = widthOf(options.wrapWidth ?? '70')
  const { namespace = [], format = 'ini', minimal = false, summarize = false } = options
  const { text, problems } = await generated({ namespace, format, minimal, summarize, wrap_width }, options, terminal)
  if (problems.length > 0) terminal.err(`${renderDiagnostics(problems, renderOptions(terminal, 'stderr'))}\n\n`)
  if (options.outputFile === undefined) {
    terminal.out(text)
    return ExitCode.ok
  }
  const file = resolve(terminal.cwd, options.outputFile)
  writeText(file, text)
  terminal.err(`wrote  ${displayPath(file, terminal.cwd)}\n`)
  return ExitCode.ok
}

async function generated(
  settings: GeneratorSettings,
  { manifest }: ReferenceOptions,
  { cwd }: Terminal,
): Promise<Generated> {
  const project = projectAt(manifest, cwd)
  const isNamed = settings.namespace !== null && settings.namespace.length > 0
  const offered = isNamed ? await namedNamespaces(project) : await serviceNamespaces(project)
  const { text, problems } = generate(offered.namespaces, settings)
  return { text, problems: [...offered.problems, ...problems] }
}

function widthOf(text: string): number {
  if (/^\d{1,6}$/u.test(text)) return Number(text)
  throw new SlipwayError('SLIPWAY_USAGE', `option "--wrap-width <number>" cannot be "${text}"`, {
    expected: 'a number of characters, 0 for no limit',
    hint: 'see: slipway config sample --help',
  })
}
