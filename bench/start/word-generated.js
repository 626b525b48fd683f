// As `slipway scripts --write` makes it for an entry of console_scripts.
import { runConsoleScript, scriptTarget } from '../../dist/entrypoints/run-main.js'

const main = scriptTarget('bench.word_main:main', import.meta.resolve('./word-main.js'))

await runConsoleScript(main, { name: 'bench-word' })
