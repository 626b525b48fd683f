// What a collection asks of quotas: room before it creates, and word of what became of it. Types only.
import type { RequestContext } from '../../middleware/index.ts'

export interface QuotaRequest {
  readonly collection: string
  readonly resource: string
  readonly projectId: string | null
  readonly amount: number
}

/** Kept until the objects are there, or not. */
export interface Reservation {
  commit?(): void | Promise<void>
  cancel?(): void | Promise<void>
}

export interface Quota {
  /** Throws an HttpError (409, or 413) when there is no room. */
  reserve(
    context: RequestContext | undefined,
    request: QuotaRequest,
  ): Reservation | undefined | Promise<Reservation | undefined>
}
