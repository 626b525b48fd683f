// A plan as nodes and arrows: each arrow is a step that a request may take. Pure.
import { positionOf } from '../diagnostic.ts'
import type { Where } from '../errors.ts'
import type { Plan } from '../paste/plan.ts'

export interface GraphNode {
  readonly id: string
  readonly kind: 'composite' | 'filter' | 'app' | 'server' | 'broken'
  readonly name: string
  readonly section: string | null
  readonly where: Where | null
  /** Why it cannot be built, as far as is known without running anything. */
  readonly problem: string | null
}

interface GraphArrow {
  readonly from: string
  readonly to: string
  /** The mount, or the key of the strategy. */
  readonly label: string | null
  /** False: the configuration chooses another. */
  readonly isTaken: boolean
}

export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly arrows: readonly GraphArrow[]
}

/** Every object in its place: what stands in two pipelines is two nodes. */
export function graphOf(root: Plan): Graph {
  const nodes: GraphNode[] = []
  const arrows: GraphArrow[] = []
  const add = (plan: Plan, kind: GraphNode['kind'], problem: string | null): string => {
    const { name, section, where } = plan
    const id = `n${nodes.length + 1}`
    nodes.push({ id, kind, name, section, where, problem })
    return id
  }
  /** The first and the last node of what a request meets; the last is where a filter goes on. */
  const draw = (plan: Plan): { first: string; last: string } => {
    switch (plan.kind) {
      case 'pipeline':
      case 'filter-app':
      case 'filter-with': {
        const [head, ...rest] = [...plan.filters, plan.app].map(draw)
        let chain = head ?? draw(plan.app)
        for (const next of rest) {
          arrows.push({ from: chain.last, to: next.first, label: null, isTaken: true })
          chain = { first: chain.first, last: next.last }
        }
        return chain
      }
      case 'composite': {
        const id = add(plan, 'composite', plan.factory.fault?.message ?? null)
        for (const [label, part] of plan.parts) {
          const isTaken = plan.choice === null || plan.choice.key === label
          const from = id
          const { first } = draw(part)
          arrows.push({ from, to: first, label, isTaken })
        }
        return { first: id, last: id }
      }
      case 'app':
      case 'filter':
      case 'server': {
        const id = add(plan, plan.kind, plan.factory.fault?.message ?? null)
        return { first: id, last: id }
      }
      case 'broken': {
        const id = add(plan, 'broken', plan.problem.message)
        return { first: id, last: id }
      }
    }
  }
  draw(root)
  return { nodes, arrows }
}

/** `{nodes: [{id, kind, name, section, where, problem}], edges: [{from, to, label, taken}]}` */
export function graphToJson({ nodes, arrows }: Graph): Record<string, unknown> {
  return {
    nodes: nodes.map((node) => ({ ...node, where: positionOf(node.where) })),
    edges: arrows.map(({ from, to, label, isTaken }) => ({ from, to, label, taken: isTaken })),
  }
}
