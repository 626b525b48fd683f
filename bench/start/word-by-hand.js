// What one would write in place of a generated command: no message for a failure, no rule for the exit status.
import { main } from './word-main.js'

process.exitCode = main(process.argv.slice(2))
