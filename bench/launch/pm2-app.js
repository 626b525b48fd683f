// The app under pm2 in cluster mode: says when it is ready, drains when pm2 asks it to go. PORT in the environment.
import { serverThatDrains } from './handler.js'

const server = serverThatDrains()
server.listen(Number(process.env.PORT), '127.0.0.1', () => process.send('ready'))
process.on('SIGINT', () => void server.drain().then(() => process.exit(0)))
