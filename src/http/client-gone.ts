// The client hung up: what a body read, a signal and a bridge raise then, and how the edge tells it
// from a failure of the app (it is not logged as one).

export class ClientGone extends Error {
  readonly code = 'ECONNRESET'

  constructor(cause?: unknown) {
    super('the client went away before the end', cause === undefined ? undefined : { cause })
    this.name = 'ClientGone'
  }
}

/** Ours, or node's own error for the same thing, also as the cause of another. */
export function isClientGone(error: unknown): boolean {
  if (error instanceof ClientGone) return true
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? error.code : undefined
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || isClientGone(error.cause)
}
