#!/usr/bin/env node
// Made from the entry "service-config-generator" of console_scripts in setup.cfg: change it there, then run "slipway scripts --write".
import { runConsoleScript, scriptTarget } from '../dist/entrypoints/run-main.js'

const main = scriptTarget('service.cmd.config_generator:main', import.meta.resolve('../dist/service/cmd/config-generator.js'))

await runConsoleScript(main, { name: 'service-config-generator' })
