// The table of codes, and the document that explains them.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { diagnostic, errorCodes, errorOf, ExitCode, isSlipwayError, SlipwayError } from '../src/errors.ts'

const document = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf-8')

/** Code → its section, without the heading. */
const sections = new Map(
  document
    .split(/^### /mu)
    .slice(1)
    .map((text): [string, string] => {
      const [code = '', ...lines] = text.split('\n')
      return [code, lines.join('\n').split(/^## /mu, 1)[0]?.trim() ?? '']
    }),
)

describe('docs/errors.md', () => {
  it.each(Object.entries(errorCodes))('explains %s: cause and mend, with the exit status %i', (code, status) => {
    const section = sections.get(code) ?? ''
    expect(section).toMatch(/^(?:Exit status \d\d|A warning)\. \S/u)
    expect(section).toMatch(/\n\nMend: \S/u)
    const told = /^Exit status (\d\d)/u.exec(section)?.[1]
    if (told !== undefined) expect(Number(told)).toBe(status)
    expect(section.split('\n').length).toBeLessThanOrEqual(8)
  })

  it('explains nothing that is not in the table, and each code once', () => {
    expect([...sections.keys()].toSorted()).toEqual(Object.keys(errorCodes).toSorted())
    expect(document.match(/^### /gmu)).toHaveLength(sections.size)
  })

  it('tells the exit statuses that there are', () => {
    const intro = document.split('## ', 1)[0]
    for (const status of new Set(Object.values(errorCodes))) expect(intro).toContain(`${status} `)
    expect(Object.values(ExitCode)).toEqual(expect.arrayContaining([...new Set(Object.values(errorCodes))]))
  })
})

describe('a SlipwayError', () => {
  it('speaks as one problem, or for the first error of a report', () => {
    expect(new SlipwayError('SLIPWAY_USAGE', 'no').problems).toEqual([diagnostic('error', 'SLIPWAY_USAGE', 'no')])
    const warning = diagnostic('warning', 'SLIPWAY_PASTE_UNUSED', 'unused')
    const fault = diagnostic('error', 'SLIPWAY_INI_SYNTAX', 'bad', { where: { file: 'x.ini', line: 2 }, hint: 'mend' })
    const error = errorOf([warning, fault], { original: 'ParsingError' })
    expect(error).toMatchObject({
      code: 'SLIPWAY_INI_SYNTAX',
      exitCode: 78,
      message: 'bad',
      hint: 'mend',
      original: 'ParsingError',
    })
    expect(error.problems).toEqual([warning, fault])
    expect(() => errorOf([warning])).toThrow(TypeError)
  })

  it('looks for alternatives when somebody looks at them, once', () => {
    let looks = 0
    const error = new SlipwayError('SLIPWAY_REFERENCE_MODULE', 'no module', {
      alternatives: () => [`look ${(looks += 1)}`],
    }).located({ file: 'a.ini' })
    expect(looks).toBe(0)
    expect(structuredClone(error.problems)).toEqual([expect.objectContaining({ alternatives: ['look 1'] })])
    expect(error.alternatives).toEqual(['look 1'])
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ alternatives: ['look 1'] })
  })

  it('gets its place as it rises, once', () => {
    const bare = new SlipwayError('SLIPWAY_REFERENCE_SYNTAX', 'no', { hint: 'mend', cause: 'why' })
    const placed = bare.located({ file: 'a.ini', line: 1 })
    expect(placed).toMatchObject({ where: { file: 'a.ini', line: 1 }, hint: 'mend', cause: 'why' })
    expect(placed.located({ file: 'b.ini' })).toBe(placed)
    expect(bare.located(null)).toBe(bare)
  })

  it('is known by its code, also when another copy of the package made it', () => {
    expect(isSlipwayError(Object.assign(new Error('no'), { code: 'SLIPWAY_USAGE' }))).toBe(true)
    expect(isSlipwayError(Object.assign(new Error('no'), { code: 'ENOENT' }))).toBe(false)
    expect(isSlipwayError(Object.assign(new Error('no'), { code: 'toString' }))).toBe(false)
    expect(isSlipwayError({ code: 'SLIPWAY_USAGE' })).toBe(false)
  })
})
