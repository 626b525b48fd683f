// The file of a unix socket before it is bound: one that a dead process left is removed, one that
// somebody serves, or that is no socket at all, is left alone and reported. Runs in the master.
import { existsSync, lstatSync, unlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'

const answerWithinMs = 2000

/** Makes way for a bind to `path`. Throws EADDRINUSE when somebody listens there, EEXIST when the file is no socket, ENOENT without a folder. */
export async function clearStaleSocket(path: string): Promise<void> {
  // libuv would say EACCES.
  if (!existsSync(dirname(path))) throw systemError('ENOENT', `"${dirname(path)}" does not exist`)
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return
  if (!stats.isSocket()) throw systemError('EEXIST', `the file "${path}" exists and is not a socket`)
  const answer = await knock(path)
  switch (answer) {
    case 'ECONNREFUSED':
      return unlinkSync(path)
    case 'ENOENT':
      return
    default:
      // Whatever else it is (accepted, busy, not ours to ask), it is not proven dead.
      throw systemError(answer === 'EACCES' ? 'EACCES' : 'EADDRINUSE', `the socket "${path}" answers`)
  }
}

/** What the socket says to a connection: an error code, or null when it is served. */
async function knock(path: string): Promise<string | null> {
  const socket = connect(path)
  socket.setTimeout(answerWithinMs)
  try {
    return await new Promise((resolve) => {
      socket.once('connect', () => resolve(null))
      socket.once('timeout', () => resolve(null))
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? null))
    })
  } finally {
    socket.destroy()
  }
}

function systemError(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code, syscall: 'bind' })
}
