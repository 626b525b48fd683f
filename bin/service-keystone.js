#!/usr/bin/env node
// Made from the entry "service-keystone" of console_scripts in setup.cfg: change it there, then run "slipway scripts --write".
import { runConsoleScript, scriptTarget } from '../dist/entrypoints/run-main.js'

const main = scriptTarget('service.cmd.keystone:main', import.meta.resolve('../dist/service/cmd/keystone.js'))

await runConsoleScript(main, { name: 'service-keystone' })
