// How a kind of option says no. It never leaves the room: conversion.ts and setting.ts make a diagnostic
// of it, with the option's name and the value's place.

/** A value that an option does not take. The reason is null when "expected …" says it all. */
export class Rejection extends Error {
  readonly reason: string | null
  /** What oslo.config says for the same value. It quotes the value: not for secrets. */
  readonly original: string | null

  constructor(reason: string | null = null, original: string | null = null) {
    super(reason ?? 'not accepted')
    this.reason = reason
    this.original = original
  }
}
