// The reference service as it is deployed, in one process: its own configuration and deployment file.
import { fileURLToPath } from 'node:url'
import { createEdge } from '../../dist/http/index.js'
import { initApp } from '../../dist/service/wsgi.js'
import { serve } from '../overhead/serve.js'

const conf = fileURLToPath(new URL('../../etc/service/service.conf', import.meta.url))
const edge = createEdge(await initApp(['--config-file', conf]), {})
serve((req, res) => edge.handle(req, res))
