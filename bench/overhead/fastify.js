import fastify from 'fastify'
import { announce, answer } from './serve.js'

const app = fastify({ keepAliveTimeout: 60_000 })
for (let layer = 0; layer < 7; layer += 1) {
  app.addHook('onRequest', (req, reply, done) => {
    if (req.method === 'TRACE') reply.code(405)
    done()
  })
}
app.get('/v1/hello', (req, reply) => {
  reply.header('content-type', 'application/json').send(answer)
})
announce(app.server)
await app.listen({ port: 0, host: '127.0.0.1' })
