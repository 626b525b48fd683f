// A request that logs one line: with its fields given to the line by hand, or carried there by the
// context. The lines are the same.
import { createLogger, runInContext } from '../../dist/log/index.js'
import { context, fields, message } from './request.js'

const log = await createLogger({ log_file: '/dev/null' }, { name: 'bench' })

export const ways = {
  byHand(done) {
    const own = context()
    setImmediate(() => {
      log.info(Object.assign({}, own, fields()), message)
      done()
    })
  },
  byContext(done) {
    runInContext(context(), () =>
      setImmediate(() => {
        log.info(fields(), message)
        done()
      }),
    )
  },
}
