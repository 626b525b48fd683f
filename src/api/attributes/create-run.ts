// One create: prepare, ask, reserve, create, show. Several objects are made by the plugin in one go when it can, or else one
// after the other, and taken back when one fails. Runs in workers.
import type { Call } from '../controllers/call.ts'
import type { ResourceData } from './attribute-map.ts'
import type { Collection } from './collection.ts'
import { findMethod, methodOrNone, supports } from './plugin-methods.ts'
import { prepareCreate, type PreparedBody } from './prepare-body.ts'
import type { Reservation } from './quota.ts'

export class CreateRun {
  readonly #own: Collection
  readonly #call: Call
  readonly #parent: Record<string, string>

  constructor(own: Collection, call: Call) {
    this.#own = own
    this.#call = call
    this.#parent = own.parentOf(call.params)
  }

  async run(): Promise<ResourceData> {
    const own = this.#own
    const { req, context, body } = this.#call
    const prepared = prepareCreate(body, own.bodyRules(req), context ?? null)
    for (const [at, item] of prepared.items.entries()) {
      const target = Object.assign(Object.create(null) as Record<string, unknown>, item, this.#parent)
      await own.policy.checkCreate(context, target, prepared.given[at] ?? new Set())
    }
    const reservations = await this.#reserve(prepared)
    await own.notify(this.#call, 'create.start', this.#bodyOf(prepared))
    let made: readonly ResourceData[]
    try {
      made = await this.#make(prepared)
    } catch (error) {
      await this.#settle(reservations, 'cancel')
      throw error
    }
    await this.#settle(reservations, 'commit')
    const result = await this.#resultOf(made, prepared.isBulk)
    await own.notify(this.#call, 'create.end', result)
    return result
  }

  #make(prepared: PreparedBody): Promise<readonly ResourceData[]> {
    if (!prepared.isBulk) return this.#makeOne(prepared.items[0] ?? {}).then((one) => [one])
    const { plugin, names } = this.#own
    const isNative = supports(plugin, 'bulk') && findMethod(plugin, `${names.create}_bulk`) !== null
    return isNative ? this.#makeInOneGo(prepared) : this.#makeInTurn(prepared.items)
  }

  async #makeOne(item: ResourceData): Promise<ResourceData> {
    const { plugin, names, resource } = this.#own
    const create = methodOrNone(plugin, names.create)
    return (await create(this.#call.context, { [resource]: item }, this.#parent)) as ResourceData
  }

  async #makeInOneGo(prepared: PreparedBody): Promise<readonly ResourceData[]> {
    const { plugin, names } = this.#own
    const create = methodOrNone(plugin, `${names.create}_bulk`)
    return (await create(this.#call.context, this.#bodyOf(prepared), this.#parent)) as readonly ResourceData[]
  }

  async #makeInTurn(items: readonly ResourceData[]): Promise<readonly ResourceData[]> {
    const made: ResourceData[] = []
    try {
      for (const item of items) made.push(await this.#makeOne(item))
      return made
    } catch (error) {
      await this.#takeBack(made)
      throw error
    }
  }

  /** The last one first, as it may refer to those before it. What cannot be taken back is reported; the first error stays the answer. */
  async #takeBack(made: readonly ResourceData[]): Promise<void> {
    const { plugin, names, primaryKey, resource } = this.#own
    const remove = methodOrNone(plugin, names.delete)
    for (const item of made.toReversed()) {
      const id = item[primaryKey]
      try {
        await remove(this.#call.context, id, this.#parent)
      } catch (error) {
        this.#own.report(
          this.#call.req,
          error,
          `the ${resource} "${String(id)}" of a failed bulk create is left behind`,
        )
      }
    }
  }

  #bodyOf({ isBulk, items }: PreparedBody): ResourceData {
    const { resource, collection } = this.#own
    return isBulk ? { [collection]: items.map((item) => ({ [resource]: item })) } : { [resource]: items[0] }
  }

  async #resultOf(made: readonly ResourceData[], isBulk: boolean): Promise<ResourceData> {
    const { resource, collection } = this.#own
    const views: ResourceData[] = []
    const view = this.#own.viewer(this.#call.context, [])
    for (const one of made) views.push(await view(one))
    return isBulk ? { [collection]: views } : { [resource]: views[0] }
  }

  /** One reservation for each project that the items are for. */
  async #reserve({ items }: PreparedBody): Promise<Reservation[]> {
    const { options, collection, resource } = this.#own
    const { context } = this.#call
    const reservations: Reservation[] = []
    if (options.quota === undefined) return reservations
    const amounts = new Map<string | null, number>()
    for (const item of items) {
      const projectId = typeof item.project_id === 'string' ? item.project_id : (context?.projectId ?? null)
      amounts.set(projectId, (amounts.get(projectId) ?? 0) + 1)
    }
    try {
      for (const [projectId, amount] of amounts) {
        const reservation = await options.quota.reserve(context, { collection, resource, projectId, amount })
        if (reservation !== undefined) reservations.push(reservation)
      }
    } catch (error) {
      await this.#settle(reservations, 'cancel')
      throw error
    }
    return reservations
  }

  /** The objects are there or they are not: a reservation that cannot say so is reported and changes no answer. */
  async #settle(reservations: readonly Reservation[], how: 'commit' | 'cancel'): Promise<void> {
    for (const reservation of reservations) {
      try {
        await reservation[how]?.()
      } catch (error) {
        this.#own.report(this.#call.req, error, `the quota of "${this.#own.collection}" could not ${how} a reservation`)
      }
    }
  }
}
