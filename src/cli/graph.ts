// `slipway graph`: the pipelines of a deployment file as a picture made of text.
import { planFlags, targetArgument } from './flags.ts'
import type { GraphOptions } from './graph-target.ts'
import { headings, type Verb } from './verb.ts'

export const graph: Verb<GraphOptions> = {
  usage: 'graph <target>',
  heading: headings.look,
  summary: 'Draw the pipelines of an app',
  args: [targetArgument],
  completes: ['targets'],
  flags: [
    {
      flags: '--format <format>',
      summary: 'what to draw (default: tree)',
      choices: ['tree', 'mermaid', 'dot', 'json'],
    },
    ...planFlags,
  ],
  examples: [
    ['slipway graph etc/api-paste.ini#shop', 'a tree'],
    ['slipway graph etc/api-paste.ini#shop --format dot | dot -Tsvg', 'a picture, by Graphviz'],
  ],
  async run([target = ''], options, terminal) {
    const { graphTarget } = await import('./graph-target.ts')
    return graphTarget(String(target), options, terminal)
  },
}
