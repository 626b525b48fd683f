// An object and the prototypes behind it, one by one, without the one that every object has. Pure.

export function* levelsOf(object: object): Generator<object> {
  let level: object | null = object
  while (level !== null && level !== Object.prototype) {
    yield level
    level = Reflect.getPrototypeOf(level)
  }
}
