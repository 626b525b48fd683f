// Signals as a queue: a handler only notes that one came, whoever owns the queue acts on them in order.
// Runs in the process that launches; workers have their own few lines in worker/main.ts.

export type LaunchSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGTTIN' | 'SIGTTOU' | 'SIGUSR1' | 'SIGUSR2'

// USR1 is here to have a handler at all: without one Node opens its inspector on a port.
const watched: readonly LaunchSignal[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGTTIN', 'SIGTTOU', 'SIGUSR1', 'SIGUSR2']

export class SignalQueue {
  readonly #waiting: LaunchSignal[] = []
  #wake: () => void = () => undefined
  #isOpen = true
  readonly #note = (signal: NodeJS.Signals): void => {
    this.#waiting.push(signal as LaunchSignal)
    this.#wake()
  }

  constructor() {
    for (const signal of watched) process.on(signal, this.#note)
  }

  /** Signals in the order in which they came, until the queue is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<LaunchSignal, void> {
    while (this.#isOpen) {
      const signal = this.#waiting.shift()
      if (signal === undefined) await new Promise<void>((resolve) => (this.#wake = resolve))
      else yield signal
    }
  }

  /** Gives the signals their meaning from before back. */
  close(): void {
    this.#isOpen = false
    for (const signal of watched) process.off(signal, this.#note)
    this.#wake()
  }
}
