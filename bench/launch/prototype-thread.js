// A worker thread of the prototype. A descriptor number must not have two owners in one process, so a small helper
// process opens it and hands a private duplicate back over its channel.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parentPort as port, workerData } from 'node:worker_threads'
import { serverThatDrains } from './handler.js'

const helper = spawn(process.execPath, [fileURLToPath(new URL('prototype-helper.js', import.meta.url))], {
  stdio: ['ignore', 'inherit', 'inherit', workerData, 'ipc'],
})
const [, handle] = await once(helper, 'message')
helper.disconnect()
const server = serverThatDrains()
server.listen(handle, () => port.postMessage('ready'))
port.on('message', () => void server.drain().then(() => process.exit()))
