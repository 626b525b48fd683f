// The requests that a worker has in hand, as lines of a report: the longest first. Which they are is known only where
// somebody may look; else their number is all there is.
import type { Edge } from '../../http/edge.ts'
import type { InHand, Stopwatch } from '../../http/stopwatch.ts'
import { redactUrl } from '../../log/index.ts'

const most = 50

export function requestLines({ inFlight }: Edge, stopwatch: Stopwatch | undefined): string[] {
  if (stopwatch === undefined) {
    return inFlight === 0 ? [] : [`${inFlight}; which, is noted only with control_socket or metrics_listen`]
  }
  const { inHand } = stopwatch
  const rest = inHand.length - most
  return [...inHand.slice(0, most).map(lineOf), ...(rest > 0 ? [`and ${rest} more`] : [])]
}

/** As the client sent it; filters may have changed the path since. */
function lineOf({ req, ageMs }: InHand): string {
  const { message } = req.node
  return `${(ageMs / 1000).toFixed(1)} s  ${message.method ?? req.method} ${redactUrl(message.url ?? '/')}`
}
