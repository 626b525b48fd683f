// A worker process of the prototype: serves on the descriptor that it has inherited.
import { serverThatDrains } from './handler.js'

const server = serverThatDrains()
server.listen({ fd: 3 }, () => process.send('ready'))
process.on('message', () => void server.drain().then(() => process.exit()))
process.on('disconnect', () => process.exit())
