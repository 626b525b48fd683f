// Who may pass on the way to a handler. Runs in workers. A controller with a method `_checkPermissions` guards its handlers
// and all below it; single handlers and objects can have a check of their own, or none.
import { Unauthorized } from '../responses/http-errors.ts'
import { type Check, type Exposed, exposureFor, withSecurity } from './expose.ts'
import { isExposed, specialMember } from './members.ts'
import type { State } from './state.ts'

/** A controller with a rule of its own for who may go below it. */
export class Guarded {
  readonly target: object
  /** null: everyone may. */
  readonly check: Check | null

  constructor(target: object, check: Check | null) {
    this.target = target
    this.check = check
  }
}

/**
 * Guards a handler or a controller by a check of its own, which replaces that of the controller around it. A check that is not true
 * is 401; one that knows who asks throws `Forbidden` for 403.
 */
export function secure(target: Exposed, check: Check): Exposed
export function secure(target: object, check: Check): Guarded
export function secure(target: Exposed | object, check: Check): Exposed | Guarded {
  return isExposed(target) ? withSecurity(target, check) : new Guarded(target, check)
}

/** Opens a handler or a controller to everyone, whatever the check of the controller around it. */
export function unlocked(target: Exposed): Exposed
export function unlocked(target: object): Guarded
export function unlocked(target: Exposed | object): Exposed | Guarded {
  return isExposed(target) ? withSecurity(target, 'unlocked') : new Guarded(target, null)
}

/** Raises an HttpError 401 unless the handler may be called. */
export async function checkHandler(handler: Exposed, owner: object, state: State): Promise<void> {
  const { security } = exposureFor(handler)
  if (security === 'unlocked') return
  await pass(security === 'inherited' ? controllerCheck(owner) : security, owner, state)
}

/** Raises an HttpError 401 unless the way from a controller to what is below it is free. */
export async function checkBoundary(from: object, below: unknown, state: State): Promise<void> {
  await pass(below instanceof Guarded ? below.check : controllerCheck(from), from, state)
}

function controllerCheck(controller: object): Check | null {
  return specialMember(controller, '_checkPermissions') as Check | null
}

async function pass(check: Check | null, owner: object, state: State): Promise<void> {
  if (check === null) return
  // Nothing but true opens, whatever a check that nobody typed answers.
  const isAllowed: unknown = await check.call(owner, state)
  if (isAllowed !== true) throw new Unauthorized()
}
