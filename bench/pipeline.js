// The same pipelines with no socket: what is ours of a request, on objects that take every write. Steadier
// than any load test on a machine that others use too.
import { fileURLToPath } from 'node:url'
import { createEdge } from '../dist/http/index.js'
import { loadApp } from '../dist/paste/index.js'
import { median, percent, spread, table } from './figures.js'

const file = fileURLToPath(new URL('overhead/api-paste.ini', import.meta.url))
const names = { main: '7 filters under urlmap', reference: 'the 7 real filters of the reference service' }
const requests = 200_000

export async function pipeline() {
  const rows = []
  for (const [name, title] of Object.entries(names)) {
    const { value: app } = await loadApp(`config:${file}#${name}`)
    const edge = createEdge(app, {})
    run(edge, requests)
    const times = Array.from({ length: 9 }, () => run(edge, requests))
    rows.push([title, median(times).toFixed(2), percent(spread(times))])
  }
  return table(`In process, no socket (Node ${process.version})`, ['pipeline', 'µs/request', 'spread'], rows)
}

function run(edge, count) {
  const begin = performance.now()
  for (let request = 0; request < count; request += 1) edge.handle(message(), response)
  return ((performance.now() - begin) * 1000) / count
}

const headers = { host: '127.0.0.1:8774' }
const message = () => ({
  url: '/v1/hello',
  method: 'GET',
  headers,
  socket: { remoteAddress: '127.0.0.1', destroyed: false },
})

const response = {
  destroyed: false,
  headersSent: false,
  statusMessage: '',
  socket: { writableLength: 0 },
  writeHead() {},
  end() {},
  once() {},
}
