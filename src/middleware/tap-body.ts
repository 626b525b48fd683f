// Lets somebody see the pieces of a response body on their way, without taking one of them away. Runs in
// workers. A body that is let go before it is read lets go of the one inside.
import type { ResponseBody } from '../http/index.ts'
import { dispose, isStream, type StreamBody } from '../http/normalise.ts'

export interface BodyWatcher {
  piece(piece: string | Uint8Array): void
  /** Once: after the last piece, or when nobody wants the rest. */
  end(): void
}

/** A whole body is shown at once, a stream as it is read. */
export function tapBody(body: ResponseBody, watcher: BodyWatcher): ResponseBody {
  if (isStream(body)) return tapStream(body, watcher)
  if (body !== null) watcher.piece(body)
  watcher.end()
  return body
}

function tapStream(body: StreamBody, watcher: BodyWatcher): AsyncIterable<string | Uint8Array> {
  const source = body as AsyncIterable<string | Uint8Array>
  let hasEnded = false
  const end = () => {
    if (!hasEnded) watcher.end()
    hasEnded = true
  }
  return {
    [Symbol.asyncIterator]: () => {
      let inner: AsyncIterator<string | Uint8Array> | null = null
      return {
        next: async () => {
          inner ??= source[Symbol.asyncIterator]()
          try {
            const result = await inner.next()
            if (result.done === true) end()
            else watcher.piece(result.value)
            return result
          } catch (error) {
            end()
            throw error
          }
        },
        return: async () => {
          end()
          if (inner === null) dispose(body)
          else await inner.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}
