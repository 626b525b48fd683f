// Microversions: two numbers that are compared, `2.9` before `2.10`. Pure.

export class Microversion {
  readonly major: number
  readonly minor: number

  constructor(major: number, minor: number) {
    this.major = major
    this.minor = minor
  }

  /** Null for what is none: no leading zeros, no signs, two numbers. */
  static parse(text: string): Microversion | null {
    const [, major, minor] = /^([1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/u.exec(text) ?? []
    return major === undefined ? null : new Microversion(Number(major), Number(minor))
  }

  /** @throws RangeError: for versions that are written in code */
  static of(text: string): Microversion {
    const version = Microversion.parse(text)
    if (version === null) throw new RangeError(`"${text}" is no microversion: it is two numbers, as 2.1`)
    return version
  }

  isBefore(other: Microversion): boolean {
    return this.major < other.major || (this.major === other.major && this.minor < other.minor)
  }

  /** Both ends belong to it; null for an open one. */
  isWithin(min: Microversion | null, max: Microversion | null): boolean {
    return !(min !== null && this.isBefore(min)) && !(max !== null && max.isBefore(this))
  }

  toString(): string {
    return `${this.major}.${this.minor}`
  }
}
