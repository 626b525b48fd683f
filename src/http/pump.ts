// Writes a body piece by piece with back-pressure. Used by the edge (into the connection) and by the
// Connect bridge (into a captured response). A client gone ends it quietly and releases the body.
import type { ServerResponse } from 'node:http'
import type { StreamBody } from './normalise.ts'

/** How long the head waits for the first piece of the body, so that a body which fails at once still becomes a 500. */
const headWaitMs = 50

/**
 * `begin` writes the head, `count` hears of each piece; the first is called once, before the first piece or after a short silence. Resolves when the
 * last piece is handed over or the reader is gone; raises what the body raises.
 */
export async function pump(
  body: StreamBody,
  out: ServerResponse,
  begin: () => void,
  count?: (piece: string | Uint8Array) => void,
): Promise<void> {
  let hasBegun = false
  const beginOnce = () => {
    if (hasBegun) return
    hasBegun = true
    begin()
  }
  const silence = setTimeout(() => {
    beginOnce()
    out.flushHeaders()
  }, headWaitMs)
  // One listener for all pieces: middleware that moves drain listeners elsewhere (compression) never removes them.
  let wake: () => void = () => undefined
  const onDrain = () => wake()
  const onClose = () => {
    if ('destroy' in body) body.destroy()
    wake()
  }
  out.on('drain', onDrain).on('close', onClose)
  try {
    for await (const piece of body) {
      if (out.destroyed) return
      beginOnce()
      const drained = new Promise<void>((resolve) => (wake = resolve))
      count?.(piece)
      if (!out.write(piece) && !out.destroyed) await drained
    }
    beginOnce()
    out.end()
  } catch (error) {
    // Released because the reader went away: what the body says to that interests nobody.
    if (!out.destroyed) throw error
  } finally {
    clearTimeout(silence)
    out.off('drain', onDrain).off('close', onClose)
  }
}
