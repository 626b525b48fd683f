// A server in a process of its own that tells its port and its CPU time (bench/overhead/serve.js). One that ends before it is
// stopped, as it does without a package that it needs, is an error and not a wait without end.
import { fork } from 'node:child_process'
import { once } from 'node:events'

export async function startServer(name, file, env = {}) {
  const child = fork(file, {
    execArgv: [],
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${name} ended`)))
  // The end that stop() brings is nobody's failure.
  ended.catch(() => {})
  const answer = async () => Promise.race([once(child, 'message').then(([message]) => message), ended])
  const { port } = await answer()
  return {
    name,
    origin: `http://127.0.0.1:${port}`,
    cpu: async () => {
      const asked = answer()
      child.send('cpu')
      return (await asked).cpu
    },
    stop: () => child.kill(),
  }
}
