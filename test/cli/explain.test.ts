import { describe, expect, it } from 'vitest'
import { sectionOf } from '../../src/cli/explain-code.ts'
import { errorCodes } from '../../src/errors.ts'
import { slipwayInProcess } from './slipway.ts'

describe('slipway explain', () => {
  it.each(Object.keys(errorCodes))('%s', async (code) => {
    const { status, stdout, stderr } = await slipwayInProcess(['explain', code])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^#+ \`?${code}\`?\n`, 'u'))
    expect(stdout.match(/^#/gmu)).toHaveLength(1)
    expect(stdout.trim().split('\n').length).toBeGreaterThan(2)
  })

  it('takes a code in small letters and without its prefix', async () => {
    const whole = await slipwayInProcess(['explain', 'SLIPWAY_PASTE_CYCLE'])
    expect(await slipwayInProcess(['explain', 'paste-cycle'])).toEqual(whole)
  })

  it('knows the close names of a code that there is not', async () => {
    const { status, stdout, stderr } = await slipwayInProcess(['explain', 'PASTE_CYCEL'])
    expect({ status, stdout }).toEqual({ status: 64, stdout: '' })
    const [first = '', second] = stderr.split('\n')
    expect(first).toMatch(
      /^error SLIPWAY_USAGE: there is no code "PASTE_CYCEL"; close names: SLIPWAY_PASTE_CYCLE(?:, SLIPWAY_\w+)*$/u,
    )
    expect(second).toBe('  see: docs/errors.md of this package for all of them')
  })

  it('takes a section to the next heading that is no part of it', () => {
    const document = '# All\n\n## A_B\n\ncause\n\n### more\n\nmend\n\n## A_B_C\n\nother\n'
    expect(sectionOf(document, 'A_B')).toBe('## A_B\n\ncause\n\n### more\n\nmend')
    expect(sectionOf(document, 'A_B_C')).toBe('## A_B_C\n\nother')
    expect(sectionOf(document, 'A')).toBeNull()
  })
})
