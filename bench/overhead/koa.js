import Koa from 'koa'
import { answer, serve } from './serve.js'

const app = new Koa()
for (let layer = 0; layer < 7; layer += 1) {
  app.use((ctx, next) => {
    if (ctx.method === 'TRACE') ctx.status = 405
    return next()
  })
}
app.use((ctx) => {
  ctx.type = 'application/json'
  ctx.body = answer
})
serve(app.callback())
