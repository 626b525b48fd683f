// What a filter does with the answer of the app inside it, without making a promise where the app
// made none. Runs in workers.
import { type App, HttpError, type HttpRequest, type HttpResponse } from '../http/index.ts'

export type Answer = HttpResponse | Promise<HttpResponse>

export function isPromise(answer: Answer): answer is Promise<HttpResponse> {
  return typeof (answer as { then?: unknown }).then === 'function'
}

/**
 * Runs the app and changes its response. A raised HttpError that its client may read counts as the
 * response that it is; other errors pass.
 */
export function withResponse(
  app: App,
  req: HttpRequest,
  change: (response: HttpResponse, req: HttpRequest) => Answer,
): Answer {
  const fail = (error: unknown): Answer => {
    const known = HttpError.from(error)
    if (known?.expose !== true) throw error
    return change(known.toResponse(req), req)
  }
  let answer: Answer
  try {
    answer = app(req)
  } catch (error) {
    return fail(error)
  }
  return isPromise(answer) ? answer.then((response) => change(response, req), fail) : change(answer, req)
}

/** Runs the app, and answers what it raises, now or later, as `answerTo` says; that may raise it again. */
export function withErrors(
  app: App,
  req: HttpRequest,
  answerTo: (error: unknown, req: HttpRequest) => HttpResponse,
): Answer {
  try {
    const answer = app(req)
    return isPromise(answer) ? answer.then(undefined, (error: unknown) => answerTo(error, req)) : answer
  } catch (error) {
    return answerTo(error, req)
  }
}
