// A worker of the floor: answers on the descriptor that it has inherited.
const { createServer } = require('node:http')

createServer((_req, res) => res.end('ok\n')).listen({ fd: 3 })
