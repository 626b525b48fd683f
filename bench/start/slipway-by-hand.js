// bin/slipway.js without what a generated command does around its target.
import { main } from '../../dist/cli/main.js'

process.exitCode = await main(process.argv.slice(2))
