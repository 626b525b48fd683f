// Seven times the same small work on the way in and out: a look at the request and at the status.
import { answer } from './serve.js'

export function filterFactory() {
  let failures = 0
  return (app) => (req) => {
    if (req.method === 'TRACE') return { status: 405, headers: {}, body: null }
    const response = app(req)
    if (response.status >= 500) failures += 1
    return response
  }
}

export function appFactory() {
  return () => ({ status: 200, headers: { 'content-type': 'application/json' }, body: answer })
}
