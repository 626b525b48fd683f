import { describe, expect, it } from 'vitest'
import { SignalQueue } from '../../src/launch/signals.ts'

describe('SignalQueue', () => {
  it('gives signals in the order in which they came, and nothing after it is closed', async () => {
    const before = process.listenerCount('SIGHUP')
    const queue = new SignalQueue()
    const seen: string[] = []
    process.kill(process.pid, 'SIGHUP')
    for await (const signal of queue) {
      seen.push(signal)
      if (signal === 'SIGHUP') process.kill(process.pid, 'SIGUSR1')
      if (signal === 'SIGUSR1') process.kill(process.pid, 'SIGTERM')
      if (signal === 'SIGTERM') queue.close()
    }
    expect(seen).toEqual(['SIGHUP', 'SIGUSR1', 'SIGTERM'])
    expect(process.listenerCount('SIGHUP')).toBe(before)
  })

  it('ends a reader that waits when it is closed', async () => {
    const queue = new SignalQueue()
    const reading = queue[Symbol.asyncIterator]().next()
    queue.close()
    expect(await reading).toEqual({ done: true, value: undefined })
  })
})
