import { beforeEach, describe, expect, test, vi } from 'vitest'
import { LineWriter } from '../../src/log/line-writer.ts'

/** What the next writes do: a number of bytes that is taken, or an error. All is taken when there are none left. */
let answers: (number | string)[] = []
let written = ''
const complaints: string[] = []

// A disk that fills up half way through a line cannot be had for the asking.
vi.mock(import('node:fs'), async (original) => ({
  ...(await original()),
  writeSync: (_fd: number, data: string | NodeJS.ArrayBufferView, offset?: unknown) => {
    const all =
      typeof data === 'string' ? Buffer.from(data) : Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    const bytes = all.subarray(typeof offset === 'number' ? offset : 0)
    const answer = answers.shift() ?? bytes.length
    if (typeof answer === 'string') throw Object.assign(new Error(`${answer}: no`), { code: answer })
    written += bytes.subarray(0, answer).toString('latin1')
    return answer
  },
}))
vi.mock(import('../../src/log/last-resort.ts'), () => ({ complain: (text: string) => void complaints.push(text) }))

beforeEach(() => {
  answers = []
  written = ''
  complaints.length = 0
})

function lines(...texts: string[]): void {
  const writer = new LineWriter(9, 'the file')
  for (const text of texts) writer.write(`${text}\n`)
}

describe('a writer of lines', () => {
  test('goes on where a write has stopped, in bytes', () => {
    answers = [3, 2]
    lines('grün')
    expect(Buffer.from(written, 'latin1').toString()).toBe('grün\n')
    // So many characters as bytes were taken are not all of them.
    written = ''
    answers = [5]
    lines('grün', 'x')
    expect(Buffer.from(written, 'latin1').toString()).toBe('grün\nx\n')
  })

  test('waits while a pipe is full', () => {
    answers = ['EAGAIN', 'EAGAIN', 2, 'EAGAIN']
    lines('abc', 'd')
    expect([written, complaints]).toEqual(['abc\nd\n', []])
  })

  test('tells once that lines are lost, and how many when it goes on', () => {
    answers = ['ENOSPC', 'ENOSPC', 'ENOSPC']
    lines('a', 'b', 'c', 'd', 'e')
    expect(written).toBe('d\ne\n')
    expect(complaints).toEqual([
      'the file cannot be written: ENOSPC: no; lines are lost until it can',
      'the file can be written again, 3 lines were lost',
    ])
  })

  test('begins on a line of its own after one that was cut', () => {
    answers = [2, 'ENOSPC', 'ENOSPC']
    lines('abc', 'lost', 'next', 'last')
    expect(written).toBe('ab\nnext\nlast\n')
  })

  test('has no patience with a pipe whose reader is stuck once lines are lost', () => {
    answers = ['EPIPE', 'EAGAIN', 'EAGAIN']
    lines('a', 'b', 'c', 'd')
    expect(written).toBe('d\n')
  })
})
