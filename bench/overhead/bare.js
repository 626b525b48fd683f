import { answer, serve } from './serve.js'

serve((req, res) => {
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
  res.end(answer)
})
