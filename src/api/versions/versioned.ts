// Handlers of a resource that are for some microversions only. Made when the API is built; they run in workers.
import type { Handler, Params } from '../controllers/call.ts'
import { NotFound } from '../responses/http-errors.ts'
import { Microversion } from './microversion.ts'

/** Both ends belong to it; an end that is left out is open. */
export interface VersionRange {
  readonly min?: string
  readonly max?: string
}

/** For documents: what a handler answers. */
const ranges = new WeakMap<object, readonly VersionRange[]>()

/**
 * `show: versioned({ min: '2.10' }, showNew, versioned({ max: '2.9' }, showOld))`. What is in no range is 404. The filter `microversions`
 * is in the pipeline.
 * @throws RangeError for a version that is none
 */
export function versioned<P extends Params = Params>(
  range: VersionRange,
  handler: Handler<P>,
  otherwise?: Handler<P>,
): Handler<P> {
  const min = range.min === undefined ? null : Microversion.of(range.min)
  const max = range.max === undefined ? null : Microversion.of(range.max)
  const chosen: Handler<P> = function (this: unknown, call) {
    const { microversion } = call.req.environ
    if (microversion === undefined) throw new TypeError('a versioned handler was asked without microversions()')
    if (microversion.isWithin(min, max)) return handler.call(this, call)
    if (otherwise !== undefined) return otherwise.call(this, call)
    throw new NotFound(`API version ${microversion.toString()} is not supported on this method.`)
  }
  ranges.set(chosen, [range, ...(otherwise === undefined ? [] : (ranges.get(otherwise) ?? [{}]))])
  return chosen
}

/** Of a handler that `versioned` made; undefined for one that all versions have. */
export function versionRanges(handler: object): readonly VersionRange[] | undefined {
  return ranges.get(handler)
}

/** For whoever wraps a handler. */
export function keepVersions<H extends object>(wrapper: H, handler: object): H {
  const known = ranges.get(handler)
  if (known !== undefined) ranges.set(wrapper, known)
  return wrapper
}
