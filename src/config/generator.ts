// What a command like `service-config-generator` does: flags of oslo-config-generator → the text of a sample
// file or of a reference. Prints and writes nothing; write-text.ts writes.
import type { Diagnostic } from '../errors.ts'
import { bool, int, multi, str } from './declare.ts'
import { group } from './group.ts'
import { type Namespace, selectNamespaces } from './namespaces.ts'
import type { ValuesOf } from './option.ts'
import { referenceOf } from './reference-json.ts'
import { renderReference } from './reference-markdown.ts'
import { renderSample } from './sample.ts'

/** Options of a generator: flags, or lines of a file that `--config-file` names. */
export const generatorGroup = group('DEFAULT', {
  namespace: multi({ cli: true, metavar: 'name', help: 'Only the options under this namespace; all unless given' }),
  output_file: str({ cli: true, metavar: 'path', help: 'Write to this file instead of standard output' }),
  wrap_width: int({ default: 70, min: 0, cli: true, help: 'Characters of a line of help; 0 for no limit' }),
  minimal: bool({ default: false, cli: true, help: 'Only the options that must be set, as lines that count' }),
  summarize: bool({ default: false, cli: true, help: 'Only the first paragraph of each help' }),
  format: str({
    default: 'ini',
    choices: {
      ini: 'a sample configuration file',
      json: 'data for programs',
      markdown: 'a reference for operators',
    },
    cli: true,
    help: 'What to write',
  }),
})

export type GeneratorSettings = Omit<ValuesOf<typeof generatorGroup>, 'output_file'>

export interface Generated {
  readonly text: string
  /** Warnings: namespaces that nobody offers. */
  readonly problems: readonly Diagnostic[]
}

/** The text that the settings ask for, made of the namespaces that they name. */
export function generate(offered: readonly Namespace[], settings: GeneratorSettings): Generated {
  const { namespaces, problems } = selectNamespaces(settings.namespace ?? [], offered)
  return { text: textOf(namespaces, settings), problems }
}

function textOf(namespaces: readonly Namespace[], settings: GeneratorSettings): string {
  const { format, minimal, summarize, wrap_width: wrapWidth } = settings
  switch (format) {
    case 'ini':
      return renderSample(namespaces, { minimal, summarize, wrapWidth })
    case 'json': {
      const generator_options = { ...settings, namespace: namespaces.map(({ name }) => name) }
      return `${JSON.stringify({ ...referenceOf(namespaces), generator_options }, null, 2)}\n`
    }
    case 'markdown':
      return renderReference(namespaces)
    default:
      return format satisfies never
  }
}
