// A server that logs a line for every request.
import { answer, serve } from '../overhead/serve.js'
import { ways } from './ways.js'

const way = ways[process.argv[2]]
serve((req, res) => {
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
  way(() => res.end(answer))
})
