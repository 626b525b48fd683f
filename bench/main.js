// `npm run bench [name …]`: every comparison that the project claims, against real peers, interleaved,
// as ratios. Needs the built project. Prints a table for each; docs/performance.md keeps one run.
import { config } from './config.js'
import { documentList } from './documents.js'
import { entrypoints } from './entrypoints.js'
import { launch } from './launch.js'
import { log } from './log.js'
import { migrate } from './migrate.js'
import { overhead } from './overhead.js'
import { pipeline } from './pipeline.js'
import { routes } from './routes.js'
import { start } from './start.js'

const benches = {
  config,
  documents: documentList,
  entrypoints,
  launch,
  log,
  migrate,
  overhead,
  pipeline,
  routes,
  start,
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !Object.hasOwn(benches, name))
if (unknown.length > 0) {
  process.stderr.write(`no bench "${unknown.join(', ')}"; there are ${Object.keys(benches).join(', ')}\n`)
  process.exitCode = 64
} else {
  for (const [name, bench] of Object.entries(benches)) {
    if (wanted.length === 0 || wanted.includes(name)) process.stdout.write(`${await bench()}\n`)
  }
}
