// Questions to a worker and their answers: each has a number, and a time after which nobody waits for it any more. Runs
// in the master.

export class Inquiry<Answer> {
  readonly #waiting = new Map<number, (answer: Answer | null) => void>()
  #last = 0

  /** `tell` sends the question with its number. Resolves with null when no answer comes in time. */
  ask(tell: (number: number) => void, withinMs: number): Promise<Answer | null> {
    const number = (this.#last += 1)
    return new Promise((resolve) => {
      const settle = (answer: Answer | null): void => {
        clearTimeout(late)
        this.#waiting.delete(number)
        resolve(answer)
      }
      const late = setTimeout(() => settle(null), withinMs)
      this.#waiting.set(number, settle)
      tell(number)
    })
  }

  /** One that comes too late is nobody's. */
  answered(number: number, answer: Answer): void {
    this.#waiting.get(number)?.(answer)
  }

  /** Nobody answers any more. */
  close(): void {
    for (const settle of this.#waiting.values()) settle(null)
  }
}
