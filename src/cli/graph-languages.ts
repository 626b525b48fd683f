// A graph in the languages of Mermaid and Graphviz. Pure; drawing is theirs.
import type { Graph, GraphNode } from './graph-nodes.ts'

/** Shapes by kind: what opens and closes a node. */
const mermaidShapes: Readonly<Record<GraphNode['kind'], readonly [string, string]>> = {
  composite: ['{{', '}}'],
  filter: ['(', ')'],
  app: ['[', ']'],
  server: ['[[', ']]'],
  broken: ['>', ']'],
}

export function renderMermaid({ nodes, arrows }: Graph): string {
  const classes = [
    ['broken', nodes.filter(({ kind }) => kind === 'broken')],
    ['missing', nodes.filter(({ kind, problem }) => kind !== 'broken' && problem !== null)],
  ] as const
  const lines = [
    'flowchart LR',
    ...nodes.map(({ id, kind, name }) => `  ${id}${mermaidShapes[kind].join(mermaidText(name))}`),
    ...arrows.map(({ from, to, label, isTaken }) => {
      const arrow = isTaken ? '-->' : '-.->'
      return `  ${from} ${arrow}${label === null ? '' : `|${mermaidText(label)}|`} ${to}`
    }),
    ...(classes[0][1].length > 0 ? ['  classDef broken fill:#fdd,stroke:#c00'] : []),
    ...(classes[1][1].length > 0 ? ['  classDef missing stroke-dasharray:4 3'] : []),
    ...classes.flatMap(([name, members]) =>
      members.length > 0 ? [`  class ${members.map(({ id }) => id).join(',')} ${name}`] : [],
    ),
  ]
  return `${lines.join('\n')}\n`
}

/** In quotes, with what would end them or be read as markup as entities. */
function mermaidText(text: string): string {
  return `"${text.replaceAll(/["#&<>|`]/gu, (character) => `#${character.codePointAt(0)};`)}"`
}

const dotShapes: Readonly<Record<GraphNode['kind'], string>> = {
  composite: 'hexagon',
  filter: 'box, style=rounded',
  app: 'box',
  server: 'box3d',
  broken: 'box, color=red, fontcolor=red',
}

export function renderDot({ nodes, arrows }: Graph): string {
  const lines = [
    'digraph pipelines {',
    '  rankdir=LR',
    '  node [fontname="sans-serif"]',
    ...nodes.map(({ id, kind, name, problem }) => {
      const tooltip = problem === null ? '' : `, tooltip=${dotText(problem)}`
      const missing = problem !== null && kind !== 'broken' ? ', color=orange' : ''
      return `  ${id} [label=${dotText(name)}, shape=${dotShapes[kind]}${missing}${tooltip}]`
    }),
    ...arrows.map(({ from, to, label, isTaken }) => {
      const facts = [label === null ? '' : `label=${dotText(label)}`, isTaken ? '' : 'style=dashed']
      const shown = facts.filter(Boolean).join(', ')
      return `  ${from} -> ${to}${shown === '' ? '' : ` [${shown}]`}`
    }),
    '}',
  ]
  return `${lines.join('\n')}\n`
}

function dotText(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}
