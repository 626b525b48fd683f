// Routes that no request can reach, as an earlier one takes all that they could. Says yes only when it is certain.
// For checks and listings; pure.
import type { Route } from './contract.ts'
import { isConditional, matchingOrder } from './route.ts'
import { type Segment, type Shape, shapesOf } from './shape.ts'

export interface ShadowedRoute {
  readonly route: Route
  /** The route that takes its requests. */
  readonly by: Route
}

/** Of the routes that the map was given, those that are never matched. */
export function shadowedRoutes(routes: readonly Route[]): ShadowedRoute[] {
  const ordered = matchingOrder(routes).map((route) => ({ route, shapes: shapesOf(route.parts) }))
  return ordered.flatMap(({ route, shapes }, rank) => {
    const by = ordered.slice(0, rank).find((earlier) => takesAll(earlier.route, earlier.shapes, route, shapes))
    return by === undefined ? [] : [{ route, by: by.route }]
  })
}

function takesAll(earlier: Route, earlierShapes: readonly Shape[], route: Route, shapes: readonly Shape[]): boolean {
  if (isConditional(earlier) || !coversMethods(earlier, route)) return false
  return shapes.every((shape) => earlierShapes.some((other) => covers(other, shape)))
}

function coversMethods(earlier: Route, route: Route): boolean {
  if (earlier.methods === null) return true
  return route.methods !== null && [...route.methods].every((method) => earlier.methods?.has(method))
}

function covers(wide: Shape, narrow: Shape): boolean {
  const { segments, tail } = wide
  if (narrow.segments.length < segments.length) return false
  if (!segments.every((segment, index) => coversSegment(segment, narrow.segments[index]))) return false
  const isLonger = narrow.segments.length > segments.length
  if (tail === null) return narrow.tail === null && !isLonger
  // A bare `*rest` takes whatever is there, when something is.
  if (!isLonger) return narrow.tail?.key === tail.key
  const first = narrow.segments[segments.length]
  return tail.key === restKey && first !== undefined && isNeverEmpty(first)
}

const restKey = shapesOf([{ kind: 'rest', name: 'rest', requirement: null }])[0]?.tail?.key

function coversSegment(wide: Segment, narrow: Segment | undefined): boolean {
  if (narrow === undefined) return false
  switch (wide.kind) {
    case 'text':
      return narrow.kind === 'text' && narrow.text === wide.text
    case 'free':
      return isNeverEmpty(narrow)
    case 'pattern':
      if (narrow.kind === 'text') return wide.pattern.match(narrow.text) !== null
      return narrow.kind === 'pattern' && narrow.pattern.key === wide.pattern.key
  }
}

function isNeverEmpty(segment: Segment): boolean {
  switch (segment.kind) {
    case 'text':
      return segment.text !== ''
    case 'free':
      return true
    case 'pattern':
      return segment.pattern.match('') === null
  }
}
