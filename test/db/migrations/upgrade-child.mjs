// A program that upgrades a database and may be killed at any moment: `upgrade-child.mjs '{"settings": …, "size": 30}'`.
// Writes a line for each migration that it begins; with `stops`, it stays in that one for ever.
import { writeSync } from 'node:fs'
import { openDatabase } from '../../../dist/db/index.js'
import { buildGraph, upgrade } from '../../../dist/db/migrations/index.js'
import { chain } from './chain.mjs'

const { settings, size, stops } = JSON.parse(process.argv[2] ?? '{}')
const database = await openDatabase(settings)
const inside = () => {
  writeSync(1, 'inside\n')
  return new Promise((resolve) => setTimeout(resolve, 1_000_000))
}
const say = (text) => void writeSync(1, `${text}\n`)
await upgrade(database, buildGraph(chain(size, { stops, inside })), 'heads', { say })
await database.close()
