// Revisions for runs that are killed: a chain and, from its middle on, a branch beside it. Each makes a table with rows in it and
// writes into a table of the first, so that half a migration would be seen.

export const idOf = (number) => `r${String(number).padStart(4, '0')}`

export function chain(size, { stops, inside } = {}) {
  return Array.from({ length: size }, (_, number) => {
    const id = idOf(number)
    const below = number === 0 ? [] : [idOf(number > size / 2 ? number - 2 : number - 1)]
    const upgrade = async (db) => {
      const name = `t_${id}`
      await db.schema.createTable(name).addColumn('step', 'integer').execute()
      for (let step = 0; step < 3; step += 1) await db.insertInto(name).values({ step }).execute()
      await db
        .insertInto('t_r0000')
        .values({ step: 100 + number })
        .execute()
      if (number === stops) await inside?.()
      await db.schema.alterTable(name).addColumn('more', 'varchar(20)').execute()
    }
    const module = { revision: id, down_revision: below, upgrade }
    const [labels, dependsOn, message, file, location] = [[], [], '', '', 'chain']
    return { id, down: below, labels, dependsOn, message, transaction: true, file, location, module }
  })
}
