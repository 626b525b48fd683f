// The sample file: every option that the namespaces offer with its help, commented out with its default, in
// the layout of oslo-config-generator. Pure.
import { type CatalogueGroup, catalogueOf } from './catalogue.ts'
import type { Namespace } from './namespaces.ts'
import { sampleLines, type SampleStyle } from './sample-option.ts'
import { commentLines } from './wrap.ts'

const defaultStyle: SampleStyle = { wrapWidth: 70, minimal: false, summarize: false }

/** The text of a file; without options it is an empty `[DEFAULT]`. */
export function renderSample(namespaces: readonly Namespace[], style: Partial<SampleStyle> = {}): string {
  const whole = { ...defaultStyle, ...style }
  return catalogueOf(namespaces)
    .map((group) => `${groupLines(group, whole).join('\n')}\n`)
    .join('\n\n')
}

function groupLines({ name, help, parts }: CatalogueGroup, style: SampleStyle): string[] {
  const isShown = ({ required = false }: { readonly required?: boolean }): boolean => required || !style.minimal
  return [
    `[${name}]`,
    ...(help === null ? [] : commentLines(help, style.wrapWidth || 998)),
    ...parts.flatMap(({ namespace, options }) => [
      '',
      '#',
      `# From ${namespace}`,
      '#',
      ...options
        .filter(({ option }) => isShown(option))
        .flatMap((one) => ['', ...sampleLines(name, one.name, one.option, style)]),
    ]),
  ]
}
