import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readText } from '../../src/ini/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-read-text-'))

describe('readText', () => {
  it('names a file that is missing, with status 66', () => {
    expect(() => readText(join(folder, 'nope.ini'), { purpose: 'deployment file' })).toThrow(
      expect.objectContaining({
        code: 'SLIPWAY_INPUT_MISSING',
        exitCode: 66,
        message: expect.stringContaining('deployment file'),
      }),
    )
  })

  it('tells a folder from a file', () => {
    expect(() => readText(folder)).toThrow(
      expect.objectContaining({ code: 'SLIPWAY_INPUT_MISSING', expected: 'a file' }),
    )
  })

  it('points at the first byte that is not UTF-8', () => {
    const file = join(folder, 'latin1.ini')
    writeFileSync(file, Buffer.concat([Buffer.from('[s]\nclé = 1\nnom = fianc'), Buffer.from([0xe9, 0x0a])]))
    expect(() => readText(file)).toThrow(
      expect.objectContaining({
        code: 'SLIPWAY_INPUT_ENCODING',
        found: 'byte 0xe9',
        where: expect.objectContaining({ line: 3, column: 12 }),
      }),
    )
  })

  it('keeps a byte order mark, which the dialects refuse', () => {
    const file = join(folder, 'bom.ini')
    writeFileSync(file, '\uFEFF[s]\n')
    expect(readText(file)).toBe('\uFEFF[s]\n')
  })
})
