import express from 'express'
import { answer, serve } from './serve.js'

const app = express()
app.disable('x-powered-by')
app.disable('etag')
for (let layer = 0; layer < 7; layer += 1) {
  app.use((req, res, next) => {
    if (req.method === 'TRACE') res.status(405)
    next()
  })
}
app.get('/v1/hello', (req, res) => {
  res.set('content-type', 'application/json').send(answer)
})
serve(app)
