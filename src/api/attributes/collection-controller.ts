// The controller of a collection that a plugin stands behind: neutron's base controller. It prepares bodies by the
// attribute map, asks for policy rules and quota, calls the plugin and shows clients what they may see. Runs in
// workers. URLs and faults are the router's and the resource's.
import type { Call, Controller, MemberParams } from '../controllers/call.ts'
import type { AttributeMap, ResourceData } from './attribute-map.ts'
import { type Collection, type CollectionControllerOptions, makeCollection, policyFields } from './collection.ts'
import { CreateRun } from './create-run.ts'
import { fieldsOf } from './list-query.ts'
import { listOf } from './list-run.ts'
import { findMethod, methodOrNone, requireMethod } from './plugin-methods.ts'
import { prepareUpdate } from './prepare-body.ts'

/**
 * `resource(collectionController(plugin, map.networks, { collection: 'networks', resource: 'network' }), { fault: neutronFault() })`
 * @throws SlipwayError SLIPWAY_API_ATTRIBUTES, SLIPWAY_API_PLUGIN
 */
export function collectionController(
  plugin: object,
  attributes: AttributeMap,
  options: CollectionControllerOptions,
): Controller {
  const own = makeCollection(plugin, attributes, options)
  const show = methodOrNone(plugin, own.names.show)
  const custom = (options.memberActions ?? []).map((name) => [name, memberAction(own, name)] as const)
  return {
    index: listOf(own),
    ...(findMethod(plugin, own.names.show) && {
      show: async ({ params, query, context }: Call<MemberParams>) => {
        const fields = fieldsOf(query)
        const wanted = fields.length === 0 ? [] : [...new Set([...fields, ...policyFields(own)])]
        const found = (await show(context, params.id, { fields: wanted, ...own.parentOf(params) })) as ResourceData
        await own.policy.checkShow(context, found)
        return { [own.resource]: await own.viewer(context, fields)(found) }
      },
    }),
    ...(findMethod(plugin, own.names.create) && { create: (call: Call) => new CreateRun(own, call).run() }),
    ...(findMethod(plugin, own.names.update) && { update: (call: Call<MemberParams>) => update(own, call) }),
    ...(findMethod(plugin, own.names.delete) && { delete: (call: Call<MemberParams>) => remove(own, call) }),
    custom: Object.fromEntries(custom),
  }
}

async function existing(own: Collection, { params, context }: Call<MemberParams>): Promise<ResourceData> {
  const show = requireMethod(own.plugin, own.names.show, 'a change of a member')
  // All fields: which of them the rules of an operator look at is not known.
  return (await show(context, params.id, { fields: [], ...own.parentOf(params) })) as ResourceData
}

async function update(own: Collection, call: Call<MemberParams>): Promise<ResourceData> {
  const { params, context, body } = call
  const changes = prepareUpdate(body, own.bodyRules(call.req), context ?? null)
  await own.policy.checkUpdate(context, await existing(own, call), changes)
  await own.notify(call, 'update.start', { [own.resource]: changes, id: params.id })
  const change = methodOrNone(own.plugin, own.names.update)
  const changed = await change(context, params.id, { [own.resource]: changes }, own.parentOf(params))
  const result = { [own.resource]: await own.viewer(context, [])(changed as ResourceData) }
  await own.notify(call, 'update.end', result)
  return result
}

async function remove(own: Collection, call: Call<MemberParams>): Promise<undefined> {
  const { params, context, body } = call
  await own.policy.checkDelete(context, await existing(own, call))
  const payload = { [`${own.resource}_id`]: params.id }
  await own.notify(call, 'delete.start', payload)
  const options = body === undefined ? {} : { [own.resource]: body }
  await methodOrNone(own.plugin, own.names.delete)(context, params.id, { ...options, ...own.parentOf(params) })
  await own.notify(call, 'delete.end', payload)
}

/** The plugin's method of the same name gets the context, the id and the body. */
function memberAction(own: Collection, name: string): (call: Call<MemberParams>) => Promise<unknown> {
  const rule = name.replaceAll('-', '_')
  const act = requireMethod(own.plugin, rule, `the action of "${own.collection}"`)
  return async (call) => {
    const { params, context, body } = call
    const found = await existing(own, call)
    await own.policy.checkShow(context, found)
    await own.policy.checkAction(context, rule, found)
    return act(context, params.id, body, own.parentOf(params))
  }
}
