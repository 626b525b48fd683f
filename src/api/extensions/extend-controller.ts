// A controller with what extensions do around it: more actions, and parts that run before and after its own. Nova's
// controller extensions. Made when the API is built; what it returns runs in workers.
import { type Call, type Controller, type Handler, type MemberParams, standardActions } from '../controllers/call.ts'
import { keepVersions } from '../versions/versioned.ts'
import type { Around, ControllerExtension } from './parts.ts'

type Handlers = Record<string, Handler<MemberParams>>

export function extendController(controller: Controller, extensions: readonly ControllerExtension[]): Controller {
  const arounds = aroundsOf(extensions)
  // A handler has its own controller as `this`, whoever calls it.
  const around = (name: string, handler: Handler<MemberParams>, self: object): Handler<MemberParams> =>
    keepVersions(
      wrapped((call) => handler.call(self, call), arounds.get(name) ?? []),
      handler,
    )
  const all = (handlers: Handlers, self: object): Handlers =>
    Object.fromEntries(Object.entries(handlers).map(([name, handler]) => [name, around(name, handler, self)]))
  const own: Handlers = {}
  for (const name of standardActions) {
    const handler = controller[name]
    if (handler !== undefined) own[name] = around(name, handler, controller)
  }
  const added = extensions.map(({ controller: parts }) => all(parts.actions ?? {}, parts))
  const actions = Object.assign({}, all(controller.actions ?? {}, controller), ...added) as Handlers
  return {
    ...own,
    custom: all(controller.custom ?? {}, controller),
    ...(Object.keys(actions).length > 0 && { actions }),
  }
}

function aroundsOf(extensions: readonly ControllerExtension[]): ReadonlyMap<string, Around[]> {
  const arounds = new Map<string, Around[]>()
  for (const { controller } of extensions) {
    for (const [name, given] of Object.entries(controller.extends ?? {})) {
      const around: Around = typeof given === 'function' ? { after: given } : given
      arounds.set(name, [...(arounds.get(name) ?? []), around])
    }
  }
  return arounds
}

function wrapped(handler: Handler<MemberParams>, arounds: readonly Around[]): Handler<MemberParams> {
  if (arounds.length === 0) return handler
  return async (call: Call<MemberParams>) => {
    for (const around of arounds) {
      const answer = await around.before?.(call)
      if (answer !== undefined) return answer
    }
    const result = await handler(call)
    for (const around of arounds.toReversed()) {
      const answer = await around.after?.(call, result)
      if (answer !== undefined) return answer
    }
    return result
  }
}
