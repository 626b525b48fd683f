// Where in the code a line was logged, as oslo.log's debug suffix shows it. Found in a stack trace,
// which costs many times the line itself: asked only for lines of text that show it.
import { fileURLToPath } from 'node:url'

export interface Caller {
  readonly funcName: string
  readonly pathname: string
  readonly lineno: number
}

const frame = /^\s+at (?:(?:async )?(.*?) \()?(.*?):(\d+):\d+\)?$/u
/** A logger's own frames stand above its caller's. */
const ofPino = /[\\/]pino[\\/](?:lib[\\/])?[\w-]+\.js$/u
const deepest = 20

/** The first frame below pino's; null when the stack does not go that far. */
export function findCaller(): Caller | null {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = deepest
  const lines = (new Error('here').stack ?? '').split('\n')
  Error.stackTraceLimit = limit
  return callerIn(lines)
}

function callerIn(lines: readonly string[]): Caller | null {
  let isBelow = false
  for (const line of lines) {
    const [, name, place, number] = frame.exec(line) ?? []
    if (place === undefined) continue
    if (ofPino.test(place)) isBelow = true
    else if (isBelow) return { funcName: name ?? '<module>', pathname: pathOf(place), lineno: Number(number) }
  }
  return null
}

function pathOf(place: string): string {
  return place.startsWith('file:') ? fileURLToPath(place) : place
}
