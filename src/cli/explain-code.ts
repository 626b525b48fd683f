// The section of docs/errors.md about one code. The document is part of the package, so that the
// explanation is that of the version at hand.
import { fileURLToPath } from 'node:url'
import { closeNames } from '../diagnostic.ts'
import { errorCodes, ExitCode, SlipwayError } from '../errors.ts'
import { readText } from '../ini/read-text.ts'
import type { Terminal } from './terminal.ts'

const document = fileURLToPath(new URL('../../docs/errors.md', import.meta.url))

export function explainCode(word: string, terminal: Terminal): number {
  const code = codeOf(word)
  const section = sectionOf(readText(document, { purpose: 'document' }), code)
  if (section === null) {
    throw new SlipwayError('SLIPWAY_INTERNAL', `docs/errors.md has no section about "${code}"`)
  }
  terminal.out(`${section}\n`)
  return ExitCode.ok
}

/**
 * @throws SlipwayError SLIPWAY_USAGE with close names
 */
function codeOf(word: string): string {
  const upper = word.toUpperCase().replaceAll('-', '_')
  const code = upper.startsWith('SLIPWAY_') ? upper : `SLIPWAY_${upper}`
  if (Object.hasOwn(errorCodes, code)) return code
  throw new SlipwayError('SLIPWAY_USAGE', `there is no code "${word}"`, {
    alternatives: closeNames(code, Object.keys(errorCodes)),
    hint: 'see: docs/errors.md of this package for all of them',
  })
}

/** From the heading that names the code to the next heading that is no part of it. */
export function sectionOf(markdown: string, code: string): string | null {
  const lines = markdown.split('\n')
  const start = lines.findIndex((line) => /^#+ /u.test(line) && new RegExp(`\\b${code}\\b`, 'u').test(line))
  if (start === -1) return null
  const level = (lines[start] ?? '').indexOf(' ')
  const length = lines.slice(start + 1).findIndex((line) => /^#+ /u.test(line) && line.indexOf(' ') <= level)
  const section = lines.slice(start, length === -1 ? undefined : start + 1 + length)
  return section.join('\n').trim()
}
