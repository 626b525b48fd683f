// The plan of a target drawn: chooses the format and the characters that the reader can show.
import { SlipwayError } from '../errors.ts'
import { paintFor } from './colour.ts'
import { describeTarget, tellProblems } from './describe-target.ts'
import type { PlanOptions } from './flags.ts'
import { renderDot, renderMermaid } from './graph-languages.ts'
import { graphOf, graphToJson } from './graph-nodes.ts'
import { renderTree } from './graph-tree.ts'
import type { Plan } from '../paste/plan.ts'
import type { Terminal } from './terminal.ts'

export interface GraphOptions extends PlanOptions {
  readonly format?: string
}

export async function graphTarget(text: string, options: GraphOptions, terminal: Terminal): Promise<number> {
  const { plan, problems } = await describeTarget(text, options, terminal)
  terminal.out(render(plan, options.format ?? 'tree', terminal))
  return tellProblems(problems, terminal)
}

function render(plan: Plan, format: string, terminal: Terminal): string {
  switch (format) {
    case 'tree': {
      const { isTTY, columns } = terminal.stdout
      return renderTree(plan, { isUnicode: isTTY, columns, cwd: terminal.cwd, paint: paintFor(terminal, 'stdout') })
    }
    case 'mermaid':
      return renderMermaid(graphOf(plan))
    case 'dot':
      return renderDot(graphOf(plan))
    case 'json':
      return `${JSON.stringify(graphToJson(graphOf(plan)), null, 2)}\n`
    default:
      throw new SlipwayError('SLIPWAY_USAGE', `there is no format "${format}"`)
  }
}
