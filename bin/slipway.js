#!/usr/bin/env node
// Made from the entry "slipway" of console_scripts in setup.cfg: change it there, then run "slipway scripts --write".
import { runConsoleScript, scriptTarget } from '../dist/entrypoints/run-main.js'

const main = scriptTarget('slipway.cli.main:main', import.meta.resolve('../dist/cli/main.js'))

await runConsoleScript(main, { name: 'slipway' })
