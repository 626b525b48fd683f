#!/usr/bin/env node
// Made from the entry "service-wsgi-api" of wsgi_scripts in setup.cfg: change it there, then run "slipway scripts --write".
import { isRunDirectly, scriptTarget } from '../dist/entrypoints/run-main.js'
import { runWsgiScript, wsgiExports } from '../dist/launch/wsgi-script.js'

const target = scriptTarget('service.wsgi:init_app', import.meta.resolve('../dist/service/wsgi.js'))

export const { application, handler } = wsgiExports(target)

if (isRunDirectly(import.meta.url)) void runWsgiScript(target, 'service-wsgi-api', process.argv.slice(2))
