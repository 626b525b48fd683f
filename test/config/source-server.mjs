// A server of configuration for the tests of remote sources, in a process of its own: the reader waits for it
// without running its event loop. Says its ports; ends with its parent.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'

const read = (name) => readFileSync(new URL(`./tls/${name}`, import.meta.url))
let text = '[api]\nlimit = 7\n'

function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://h')
  switch (pathname) {
    case '/a.conf':
      return response.end(text)
    case '/b.conf':
      return response.end('[api]\nlimit = 8\nname = from b\ntags = remote\n')
    case '/broken.conf':
      return response.end('[api]\nbroken\n')
    case '/bad.conf':
      return response.end('[api]\nlimit = many\nlimitt = 1\nsecret = $file:/etc/hostname\n')
    case '/latin1.conf':
      return response.end(Buffer.from([0x5b, 0xe9, 0x5d]))
    case '/away.conf':
      return response.writeHead(302, { location: '/a.conf' }).end()
    case '/hangs.conf':
      return response.write('[api]\n')
    case '/large.conf':
      return response.end(Buffer.alloc(16 * 1024 * 1024 + 1, '#'))
    case '/user.conf':
      return response.end(`[api]\nname = ${request.headers.authorization}\n`)
    default:
      return response.writeHead(404).end()
  }
}

const plain = createServer(answer)
const secure = createSecureServer({ key: read('server.key'), cert: read('server.pem') }, answer)
const mutual = createSecureServer(
  {
    key: read('server.key'),
    cert: read('server.pem'),
    ca: read('ca.pem'),
    requestCert: true,
    rejectUnauthorized: true,
  },
  answer,
)
const servers = { plain, secure, mutual }
for (const server of Object.values(servers)) await new Promise((done) => server.listen(0, '127.0.0.1', done))
process.on('message', (next) => {
  text = next
  process.send('changed')
})
process.on('disconnect', () => process.exit())
process.send(Object.fromEntries(Object.entries(servers).map(([name, server]) => [name, server.address().port])))
