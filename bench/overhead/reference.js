import { fileURLToPath } from 'node:url'
import { createEdge } from '../../dist/http/index.js'
import { loadApp } from '../../dist/paste/index.js'
import { serve } from './serve.js'

const file = fileURLToPath(new URL('api-paste.ini', import.meta.url))
const { value: app } = await loadApp(`config:${file}#reference`)
const edge = createEdge(app, {})
serve((req, res) => edge.handle(req, res))
