// One process with node:http and nothing else: `bare.js PORT`.
import { createServer } from 'node:http'
import { handle } from './handler.js'

createServer(handle).listen(Number(process.argv[2]), '127.0.0.1')
