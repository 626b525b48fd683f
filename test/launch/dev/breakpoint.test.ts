// breakpoint() as a debugger meets it: a real program, a real inspector. What a launcher makes of it is in development.test.ts.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { until } from '../fixtures/running-service.ts'
import { Debugger } from './debugger.ts'

const program = fileURLToPath(new URL('./fixtures/stops.mjs', import.meta.url))

describe('breakpoint()', () => {
  it('waits for a debugger, and stops at the next statement of its caller, as often as it is called', async () => {
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    const ended = once(child, 'close')
    onTestFinished(() => void child.kill('SIGKILL'))
    const results: unknown[] = []
    child.on('message', ({ result }: { result?: unknown }) => void results.push(result))
    let told = ''
    child.stderr?.on('data', (chunk: Buffer) => (told += chunk.toString()))
    await until(() => /ws:\S+\s/.test(told), 'it does not say where')
    const one = await Debugger.attach(/ws:\S+/.exec(told)?.[0] ?? '')
    const first = await one.paused()
    expect(first).toMatchObject({ functionName: 'answer', location: { lineNumber: 6 } })
    expect(await one.evaluate(first, 'wanted')).toBe(3)
    await one.resume()
    const second = await one.paused()
    expect(second).toMatchObject({ functionName: 'answer', location: { lineNumber: 6 } })
    expect(await one.evaluate(second, 'wanted')).toBe(5)
    await one.resume()
    // The debugger is still there; an exit does not wait for it.
    expect(await ended).toEqual([7, null])
    expect(results).toEqual([[3, 5]])
  })
})
