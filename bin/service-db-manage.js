#!/usr/bin/env node
// Made from the entry "service-db-manage" of console_scripts in setup.cfg: change it there, then run "slipway scripts --write".
import { runConsoleScript, scriptTarget } from '../dist/entrypoints/run-main.js'

const main = scriptTarget('service.cmd.db_manage:main', import.meta.resolve('../dist/service/cmd/db-manage.js'))

await runConsoleScript(main, { name: 'service-db-manage' })
