// The app of the bench under Slipway, without any filter.
import { answer, block } from './handler.js'

const headers = { 'content-type': 'application/json' }

/** `paste.app_factory` */
export function appFactory() {
  return (req) => {
    if (req.pathInfo === '/block') block()
    return { status: 200, headers, body: answer }
  }
}
