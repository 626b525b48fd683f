// How a kind of option says no. It never leaves the room: resolver.ts and config.ts make a diagnostic
// of it, with the option's name and the value's place.

/** A value that an option does not take. The reason is null when "expected …" says it all. */
export class Rejection extends Error {
  readonly reason: string | null

  constructor(reason: string | null = null) {
    super(reason ?? 'not accepted')
    this.reason = reason
  }
}
