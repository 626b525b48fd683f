// A server that logs a line for every request: with the request's fields given to the line by hand, or
// carried there by the context. The lines are the same.
import { createLogger, runInContext } from '../../dist/log/index.js'
import { answer, serve } from '../overhead/serve.js'
import { context, fields, message } from './request.js'

const log = await createLogger({ log_file: '/dev/null' }, { name: 'bench' })

const ways = {
  byHand: (res) => {
    const own = context()
    setImmediate(() => {
      log.info(Object.assign({}, own, fields()), message)
      res.end(answer)
    })
  },
  byContext: (res) => {
    runInContext(context(), () =>
      setImmediate(() => {
        log.info(fields(), message)
        res.end(answer)
      }),
    )
  },
}

const way = ways[process.argv[2]]
serve((req, res) => {
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
  way(res)
})
