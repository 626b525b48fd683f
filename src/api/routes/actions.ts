// The methods of a controller that a route may call: its own and its classes', nothing of Object. The name may come
// from a URL. Pure.
import { levelsOf } from '../controllers/levels.ts'

type Action = (...args: unknown[]) => unknown

/** null when there is no such action. A name that starts with an underscore is private. */
export function findAction(controller: unknown, name: string | null): Action | null {
  if (typeof controller !== 'object' || controller === null) return null
  if (name === null || name.startsWith('_') || name === 'constructor') return null
  for (const level of levelsOf(controller)) {
    const found = Object.getOwnPropertyDescriptor(level, name)
    if (found !== undefined) return typeof found.value === 'function' ? (found.value as Action) : null
  }
  return null
}

/** Whether a controller answers an action. An app that does not tell its actions is asked anyway. */
export function hasAction(controller: unknown, name: string): boolean {
  if (typeof controller !== 'function') return findAction(controller, name) !== null
  const { actions } = controller as { actions?: unknown }
  return !(actions instanceof Set) || actions.has(name)
}

export function actionNames(controller: object): string[] {
  const { actions } = controller as { actions?: unknown }
  if (typeof controller === 'function' && actions instanceof Set) return [...(actions as Set<string>)]
  const names = [...levelsOf(controller)].flatMap((level) => Object.getOwnPropertyNames(level))
  return [...new Set(names)].filter((name) => findAction(controller, name) !== null)
}
