// A pool of threads for CPU-bound work of a service (hashing, images, reports), so that the event loop
// keeps answering. Runs in a worker; the threads start when first needed. piscina does the
// work; ours is that a task is named by reference, as everything else here is.
import type { Piscina } from 'piscina'
import { type Failure, fromFailure } from './failure.ts'
import { launchGroup } from './options.ts'
import type { ServiceContext } from './service.ts'

/** One task as it travels to a thread. */
export interface Task {
  readonly reference: string
  /** The folder whose manifest gives the reference its meaning. */
  readonly from: string
  readonly args: readonly unknown[]
}

/** What comes back: a value, or why there is no function to call. */
export type TaskOutcome = { readonly value: unknown } | { readonly failure: Failure }

export class TaskPool {
  readonly #threads: number
  readonly #from: string
  #pool: Promise<Piscina> | null = null
  readonly #inHand = new Set<Promise<unknown>>()
  #isClosed = false

  /** Takes its size from `task_pool_threads`, and closes with the service: tasks in hand are finished first. */
  constructor(context: Pick<ServiceContext, 'config' | 'from' | 'onClose'>) {
    this.#threads = context.config.get(launchGroup).task_pool_threads
    this.#from = context.from
    context.onClose(() => this.close())
  }

  /**
   * Calls the function of a reference (`module:attr`) in a thread. Arguments and result are plain data.
   * Rejects with what the function threw, its stack untouched.
   * @throws SlipwayError SLIPWAY_REFERENCE_… when the reference leads to no function
   */
  async run(reference: string, ...args: readonly unknown[]): Promise<unknown> {
    if (this.#isClosed) throw new TypeError('the task pool is closed')
    const task: Task = { reference, from: this.#from, args }
    const result = this.#give(task)
    this.#inHand.add(result)
    try {
      return await result
    } finally {
      this.#inHand.delete(result)
    }
  }

  /** Finishes what was given to it and ends its threads. May be called twice. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.allSettled(this.#inHand)
    const pool = await this.#pool
    await pool?.destroy()
  }

  async #give(task: Task): Promise<unknown> {
    const pool = await (this.#pool ??= this.#open())
    const outcome = (await pool.run(task)) as TaskOutcome
    if ('failure' in outcome) throw fromFailure(outcome.failure)
    return outcome.value
  }

  async #open(): Promise<Piscina> {
    const { Piscina } = await import('piscina')
    return new Piscina({
      filename: new URL('./task-thread.js', import.meta.url).href,
      name: 'runTask',
      minThreads: 0,
      maxThreads: this.#threads,
      // Threads that nobody needs are given back; a busy service keeps its own.
      idleTimeout: 10_000,
    })
  }
}
