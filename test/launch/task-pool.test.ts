// The pool of threads in a service that runs: built files, a real process.
import { request } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { RunningService } from './fixtures/running-service.ts'

afterEach(() => RunningService.killAll())

async function task(url: string, of: string, ms = 0): Promise<Record<string, unknown>> {
  const { body } = await request(`${url}/task?of=${of}&ms=${ms}`, { reset: true })
  return (await body.json()) as Record<string, unknown>
}

describe('a task', () => {
  it('is a function by reference, called in a thread with plain arguments', async () => {
    const service = new RunningService({})
    const { url } = await service.ready()
    expect(await task(url, 'add', 41)).toEqual({ value: 42 })
    expect(await task(url, 'thread')).toEqual({ value: { pid: service.pid, isMainThread: false } })
  })

  it('that throws rejects with its error, the stack untouched', async () => {
    const service = new RunningService({})
    const { url } = await service.ready()
    expect(await task(url, 'fail_task')).toEqual({
      name: 'RangeError',
      message: 'the task cannot',
      stack: expect.stringMatching(/^RangeError: the task cannot\n\s+at failTask \(.*service\.mjs:\d+/) as string,
    })
  })

  it('that is no function is refused, and so is one that does not exist', async () => {
    const service = new RunningService({})
    const { url } = await service.ready()
    expect(await task(url, 'a_number')).toMatchObject({
      code: 'SLIPWAY_REFERENCE_NOT_CALLABLE',
      message: 'task "./service.mjs:a_number" is not a function',
    })
    expect(await task(url, 'nowhere')).toMatchObject({
      code: 'SLIPWAY_REFERENCE_ATTRIBUTE',
      message: 'module "./service.mjs" has no "nowhere"',
    })
  })

  it('in hand at a stop is finished before the service ends', async () => {
    const service = new RunningService({})
    const { url } = await service.ready()
    await (await request(`${url}/late-task?ms=700`, { reset: true })).body.dump()
    service.signal('SIGTERM')
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    expect(service.messages).toContain('the late task is done')
  })
})
