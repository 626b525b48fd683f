// upgrade.js FOLDER: upgrades FOLDER/bench.db to head with the migrations that the project in FOLDER names.
import { join } from 'node:path'
import { databaseGroup, openDatabase } from '../../dist/db/index.js'
import { loadGraph, upgrade } from '../../dist/db/migrations/index.js'

const [, , folder] = process.argv
const defaults = Object.entries(databaseGroup.options).map(([name, { default: value }]) => [name, value ?? null])
const settings = { ...Object.fromEntries(defaults), connection: `sqlite:///${join(folder, 'bench.db')}` }
const [database, graph] = await Promise.all([openDatabase(settings), loadGraph({ from: folder })])
await upgrade(database, graph, 'head')
await database.close()
