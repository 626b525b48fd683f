// A plan as a tree of text: composites fork, filters stand left of what they wrap. Pure; for a terminal
// in Unicode and no wider than it, else in ASCII and unbroken, for tools that read lines.
import type { painter } from '../diagnostic.ts'
import type { FactoryPlan, Plan } from '../paste/plan.ts'
import { renderLine } from './place.ts'

export interface TreeOptions {
  readonly isUnicode: boolean
  /** Where to break long pipelines; null: nowhere. */
  readonly columns: number | null
  readonly cwd: string
  readonly paint: ReturnType<typeof painter>
}

interface Characters {
  readonly branch: string
  readonly lastBranch: string
  readonly trunk: string
  readonly taken: string
  readonly notTaken: string
  readonly broken: string
  readonly missing: string
}

const unicode: Characters = {
  branch: '├─ ',
  lastBranch: '└─ ',
  trunk: '│  ',
  taken: '● ',
  notTaken: '○ ',
  broken: '✗ ',
  missing: '?',
}

const ascii: Characters = {
  branch: '+- ',
  lastBranch: '`- ',
  trunk: '|  ',
  taken: '* ',
  notTaken: '  ',
  broken: '! ',
  missing: '?',
}

/** A piece of a line: its text, and how it looks. */
interface Piece {
  readonly text: string
  readonly shown: string
}

export function renderTree(root: Plan, options: TreeOptions): string {
  const tree = new Tree(options)
  return `${tree.draw(root, '', renderLine(root.where, options.cwd)).join('\n')}\n${tree.legend()}`
}

class Tree {
  readonly #options: TreeOptions
  readonly #characters: Characters
  readonly #marks = new Set<string>()

  constructor(options: TreeOptions) {
    this.#options = options
    this.#characters = options.isUnicode ? unicode : ascii
  }

  /** The lines of a plan; the first stands where the caller has put its label, the others begin with `indent`. */
  draw(plan: Plan, indent: string, note = ''): string[] {
    const { paint } = this.#options
    const members = membersOf(plan)
    const end = members.at(-1)
    const title =
      plan.section !== null && members.length > 1 ? [{ text: `${plan.name}:`, shown: paint.dim(`${plan.name}:`) }] : []
    const lines = this.#chain(
      title,
      members.map((member) => this.#member(member)),
      indent,
    )
    const notes = [
      end?.kind === 'composite' && end.choice ? `takes ${end.choice.key} by ${end.choice.option}` : '',
      note,
    ]
    const shownNotes = notes.filter(Boolean).map((text) => `  ${paint.dim(text)}`)
    lines[lines.length - 1] += shownNotes.join('')
    return end?.kind === 'composite' ? [...lines, ...this.#parts(end, indent)] : lines
  }

  legend(): string {
    const texts = [
      this.#marks.has('missing') &&
        `${this.#characters.missing} the factory was not found: slipway check tells where it was looked for`,
      this.#marks.has('broken') && `${this.#characters.broken.trim()} cannot be described`,
    ].filter((text) => text !== false)
    return texts.length === 0 ? '' : `\n${texts.map((text) => this.#options.paint.dim(text)).join('\n')}\n`
  }

  #member(plan: Plan): Piece {
    const { paint } = this.#options
    const { broken, missing } = this.#characters
    if (plan.kind === 'broken') {
      this.#marks.add('broken')
      const text = `${broken}${plan.name}`
      return { text, shown: paint.red(text) }
    }
    const isMissing = 'factory' in plan && plan.factory.fault !== null
    if (isMissing) this.#marks.add('missing')
    const name = plan.kind === 'composite' ? paint.bold(plan.name) : plan.name
    const text = `${plan.name}${isMissing ? missing : ''}`
    return { text, shown: isMissing ? name + paint.yellow(missing) : name }
  }

  /** `title: a > b > c` on as many lines as the width needs. */
  #chain(title: readonly Piece[], members: readonly Piece[], indent: string): string[] {
    const limit = (this.#options.columns ?? Infinity) - indent.length
    const lines: string[] = []
    let line = title.map(({ shown }) => `${shown} `).join('')
    let width = title.reduce((sum, { text }) => sum + text.length + 1, 0)
    for (const [index, { text, shown }] of members.entries()) {
      const arrow = index === 0 ? '' : ' > '
      if (index > 0 && width + arrow.length + text.length > limit) {
        lines.push(line)
        line = indent
        width = 0
        line += `  > ${shown}`
        width += 4 + text.length
        continue
      }
      line += arrow + shown
      width += arrow.length + text.length
    }
    return [...lines, line]
  }

  #parts(composite: FactoryPlan, indent: string): string[] {
    const { branch, lastBranch, trunk, taken, notTaken } = this.#characters
    const { paint } = this.#options
    const { choice } = composite
    const parts = [...composite.parts].map(([key, part]) => {
      const isTaken = choice?.key === key
      return { key, part, isTaken, label: choice === null ? key : `${isTaken ? taken : notTaken}${key}` }
    })
    const width = Math.max(0, ...parts.map(({ label }) => label.length))
    return parts.flatMap(({ part, isTaken, label }, index) => {
      const isLast = index === parts.length - 1
      const lead = indent + (isLast ? lastBranch : branch)
      const inner = indent + (isLast ? '   ' : trunk) + ' '.repeat(width + 2)
      const [first = '', ...rest] = this.draw(part, inner)
      const shownLabel = isTaken ? paint.bold(label.padEnd(width)) : paint.cyan(label.padEnd(width))
      return [`${lead}${shownLabel}  ${first}`, ...rest]
    })
  }
}

/** Filters from the outermost, then what they wrap. */
function membersOf(plan: Plan): Plan[] {
  switch (plan.kind) {
    case 'pipeline':
    case 'filter-app':
    case 'filter-with':
      return [...plan.filters, plan.app].flatMap(membersOf)
    case 'app':
    case 'composite':
    case 'filter':
    case 'server':
    case 'broken':
      return [plan]
  }
}
