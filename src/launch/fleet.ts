// The services of one launcher as one: they start together, a reload keeps all of the new ones or none, they stop
// together, and one that cannot go on ends the others. Runs in the master; what serves is in the crews.
import type { Config } from '../config/index.ts'
import { SlipwayError } from '../errors.ts'
import type { Crew, CrewReport, Replacement, WorkerStatus } from './crew.ts'
import type { Generation } from './generation.ts'
import type { Listener } from './master/bind.ts'
import type { DrainOrder } from './messages.ts'

export interface Member {
  readonly name: string
  readonly crew: Crew
}

/** What a reload makes of one service, in the order of the members. */
export interface NextGeneration {
  readonly generation: Generation
  /** Listeners that it does not have any more. */
  readonly removed: readonly Listener[]
}

export class Fleet {
  readonly #members: readonly Member[]
  /** The highest of the exit statuses, when all have ended. */
  readonly ended: Promise<number>

  constructor(members: readonly Member[]) {
    this.#members = members
    const ends = members.map(async ({ crew, name }) => {
      const status = await crew.ended
      this.stop(`the service "${name}" has ended`)
      return status
    })
    this.ended = Promise.all(ends).then((statuses) => Math.max(...statuses))
  }

  get members(): readonly Member[] {
    return this.#members
  }

  get names(): readonly string[] {
    return this.#members.map(({ name }) => name)
  }

  /** Resolves when all serve, or with null when a stop came first. Rejects with what one could not start for, when all are gone. */
  async start(): Promise<CrewReport[] | null> {
    // One that cannot start ends, and with it the others.
    const outcomes = await Promise.allSettled(this.#members.map(({ crew }) => crew.start()))
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failed) throw failed.reason
    const reports = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? (outcome.value ?? []) : []))
    return reports.length < this.#members.length ? null : reports
  }

  /**
   * Resolves when all of the new ones serve, with null when a stop came first.
   * @throws what one of them could not start for; those from before go on then
   */
  async reload(next: readonly NextGeneration[]): Promise<CrewReport[] | null> {
    const replaced: Replacement[] = []
    for (const [index, { crew }] of this.#members.entries()) {
      const one = next[index]
      if (one === undefined) throw new TypeError('a service without a next generation')
      try {
        const replacement = await crew.replace(one.generation)
        if (replacement === null) return this.#leave(replaced)
        replaced.push(replacement)
      } catch (error) {
        // The last one first, as it came.
        for (const replacement of replaced.toReversed()) await replacement.takeBack()
        throw error
      }
    }
    for (const [index, replacement] of replaced.entries()) await replacement.complete(next[index]?.removed ?? [])
    return replaced.map(({ report }) => report)
  }

  /**
   * `name` may be null where there is one service.
   * @throws SlipwayError SLIPWAY_LAUNCH_SCALE
   */
  member(name: string | null): Member {
    const [only, ...others] = this.#members
    if (name === null && only !== undefined && others.length === 0) return only
    const member = this.#members.find((one) => one.name === name)
    if (member) return member
    throw new SlipwayError(
      'SLIPWAY_LAUNCH_SCALE',
      name === null ? 'no service is named' : `there is no service "${name}"`,
      {
        alternatives: this.names,
        hint: 'several services run here; each has its own number of workers',
      },
    )
  }

  /** `order`: another master serves from now on. */
  stop(reason: string, order?: DrainOrder): void {
    for (const { crew } of this.#members) crew.stop(reason, order)
  }

  kill(reason: string): void {
    for (const { crew } of this.#members) crew.kill(reason)
  }

  mutate(config: Config): void {
    for (const { crew } of this.#members) crew.mutate(config)
  }

  reopenLogs(): void {
    for (const { crew } of this.#members) crew.reopenLogs()
  }

  status(): readonly WorkerStatus[] {
    return this.#members.flatMap(({ crew }) => crew.status())
  }

  services(): readonly { readonly name: string; readonly workers: readonly WorkerStatus[] }[] {
    return this.#members.map(({ name, crew }) => ({ name, workers: crew.status() }))
  }

  /** A stop has told every worker to go, the new ones too. */
  async #leave(replaced: readonly Replacement[]): Promise<null> {
    for (const replacement of replaced) await replacement.complete([])
    return null
  }
}
