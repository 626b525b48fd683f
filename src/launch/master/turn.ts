// One after the other: whoever takes the turn has it until it is given back. Pure.

export class Turn {
  #last: Promise<void> = Promise.resolve()

  /** Resolves when those before have given it back; what it resolves with gives it back, and may be called twice. */
  async take(): Promise<() => void> {
    const before = this.#last
    let giveBack: () => void = () => undefined
    this.#last = new Promise((resolve) => (giveBack = resolve))
    await before
    return giveBack
  }
}
