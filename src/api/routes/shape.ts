// A route's parts cut at the slashes: what the tree is built of. A variable that may contain slashes takes all that
// follows with it. Pure; runs when routes are compiled.
import { passesSlash, type PathPart, type VariablePart } from './path.ts'
import { type Pattern, patternOf, type PatternPart, type RunPart } from './pattern.ts'

export type Segment =
  | { readonly kind: 'text'; readonly text: string }
  /** A variable alone, without a requirement: what most variables are. */
  | { readonly kind: 'free' }
  | { readonly kind: 'pattern'; readonly pattern: Pattern }

/** One way through the tree. A route has several when a format behind a text may be absent. */
export interface Shape {
  readonly segments: readonly Segment[]
  /** Matches the rest of the path, slashes included. */
  readonly tail: Pattern | null
  /** The variables in the order of their values. */
  readonly names: readonly string[]
}

/** The parts of one segment, or of the tail. */
type Piece = PathPart[]

export function shapesOf(parts: readonly PathPart[]): Shape[] {
  const { pieces, tail } = cut(parts)
  return variantsOf(pieces).map((variant) => ({
    segments: variant.map(segmentOf),
    tail: tail === null ? null : patternOf(tail.map(patternPart)),
    names: [...variant.flat(), ...(tail ?? [])].filter((part) => part.kind !== 'text').map(({ name }) => name),
  }))
}

function cut(parts: readonly PathPart[]): { pieces: Piece[]; tail: Piece | null } {
  const pieces: Piece[] = []
  for (const [index, part] of parts.entries()) {
    const piece = pieces.at(-1) ?? []
    if (part.kind === 'text') {
      const [before = '', ...after] = part.text.split('/')
      // The text before the first slash of a path is empty: there is no piece for it.
      if (before !== '') piece.push({ kind: 'text', text: before })
      for (const text of after) pieces.push(text === '' ? [] : [{ kind: 'text', text }])
    } else if (passesSlash(part)) return { pieces: pieces.slice(0, -1), tail: [...piece, ...parts.slice(index)] }
    else piece.push(part)
  }
  return { pieces, tail: null }
}

/** `entries{.format}` is the text `entries`, or the pattern `entries.` and a format: the text is found by its name then. */
function variantsOf(pieces: readonly Piece[]): (PathPart | DottedFormat)[][][] {
  let variants: (PathPart | DottedFormat)[][][] = [[]]
  for (const piece of pieces) {
    const [first, second] = piece
    const choices: (PathPart | DottedFormat)[][] =
      piece.length === 2 && first?.kind === 'text' && second?.kind === 'format'
        ? [
            [first],
            [
              { kind: 'text', text: `${first.text}.` },
              { ...second, isDotted: true },
            ],
          ]
        : [piece]
    variants = variants.flatMap((variant) => choices.map((choice) => [...variant, choice]))
  }
  return variants
}

/** A format whose dot is in the text before it. */
interface DottedFormat extends VariablePart {
  readonly isDotted: true
}

function segmentOf(piece: readonly (PathPart | DottedFormat)[]): Segment {
  const [first] = piece
  if (first === undefined) return { kind: 'text', text: '' }
  if (piece.length === 1) {
    if (first.kind === 'text') return first
    if (first.kind === 'segment' && first.requirement === null) return { kind: 'free' }
  }
  return { kind: 'pattern', pattern: patternOf(piece.map(patternPart)) }
}

const excludes = { segment: '/', format: '/.', rest: '' } as const

function patternPart(part: PathPart | DottedFormat): PatternPart {
  if (part.kind === 'text') return part
  return {
    kind: 'run',
    excludes: excludes[part.kind],
    isOptional: part.kind === 'format' && !('isDotted' in part),
    requirement: part.requirement,
  } satisfies RunPart
}
