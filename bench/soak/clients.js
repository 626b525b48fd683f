// Clients that ask without end and count what they meet. A refused connection is told apart from a lost request: the first
// says "closed", the second has lost something.
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'undici'

const thinkMs = 3

/** Half of them open a connection for every request, half keep theirs and think between requests. */
export class Clients {
  #counts
  #switch = new AbortController()
  #done
  #isHeld = false

  constructor(url, { fresh, kept, path = '/' }) {
    this.reset()
    this.#done = Promise.all([
      ...Array.from({ length: fresh }, () => this.#client(url, path, true)),
      ...Array.from({ length: kept }, () => this.#client(url, path, false)),
    ])
  }

  get counts() {
    return this.#counts
  }

  reset() {
    this.#counts = { answered: 0, refused: 0, failures: [] }
  }

  /** As behind a balancer that has taken the service out: nothing more is asked, connections stay. */
  hold() {
    this.#isHeld = true
  }

  async stop() {
    this.#switch.abort()
    await this.#done
  }

  /** Resolves when every client has been refused, or stopped. */
  get done() {
    return this.#done
  }

  async #client(url, path, isFresh) {
    const open = () => new Client(url, { connect: { rejectUnauthorized: false } })
    let connection = open()
    while (!this.#switch.signal.aborted) {
      if (!this.#isHeld) {
        if (!(await this.#ask(connection, path))) break
        if (isFresh) {
          await connection.close()
          connection = open()
        }
      }
      if (!isFresh || this.#isHeld) await sleep(thinkMs * (0.5 + Math.random()))
    }
    await connection.destroy()
  }

  /** False when there is nobody to ask any more. */
  async #ask(connection, path) {
    try {
      const { statusCode, body } = await connection.request({ method: 'GET', path })
      await body.dump()
      if (statusCode === 200) this.#counts.answered += 1
      else this.#counts.failures.push(`status ${statusCode}`)
    } catch (error) {
      if (error.code === 'ECONNREFUSED') {
        this.#counts.refused += 1
        return false
      }
      this.#counts.failures.push(error.code ?? error.message)
    }
    return true
  }
}
