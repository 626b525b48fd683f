// Sends the descriptor that it has inherited back to its parent, as a handle.
import net from 'node:net'

process.send('socket', net._createServerHandle(null, null, null, 3, 0))
process.on('disconnect', () => process.exit())
