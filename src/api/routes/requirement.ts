// The regular expressions that users give for variables: checked once, and looked at whether they can match a slash,
// as those that cannot are matched segment by segment. Pure; runs when routes are connected.
import type { SlipwayError } from '../../errors.ts'

/** What Routes' `resource` requires of `id`: no slash, no backslash at the end. Matched without an expression. */
export const memberRequirement = '[^\\/]+(?<!\\\\)'

/** Stands for a slash that is encoded while a path is matched: half of a surrogate pair, which no decoded text has. */
export const encodedSlash = '\uD800'

type Fault = (message: string, cause?: unknown) => SlipwayError

/** The source of a requirement, without anchors: a value is matched as a whole in any case. */
export function requirementOf(given: string | RegExp | null | undefined, fault: Fault): string | null {
  if (given === null || given === undefined) return null
  if (given instanceof RegExp && /[imsy]/u.test(given.flags)) {
    throw fault(`has the flags "${given.flags}", which cannot be kept`)
  }
  const source = withoutAnchors(given instanceof RegExp ? given.source : given)
  try {
    expressionOf(source)
  } catch (cause) {
    throw fault('is no regular expression', cause)
  }
  return source
}

/** In Unicode mode where the source allows it: `\-` outside of a class, which Python reads, needs the other one. */
export function expressionOf(source: string): RegExp {
  try {
    return new RegExp(source, 'u')
  } catch {
    return new RegExp(source)
  }
}

/** The source that matches a text and nothing else. */
export function literalSource(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`)
}

function withoutAnchors(source: string): string {
  const start = source.startsWith('^') ? 1 : 0
  const hasEnd = /(?<!\\)(?:\\\\)*\$$/u.test(source)
  return source.slice(start, hasEnd ? -1 : undefined)
}

/**
 * Whether a value could contain a slash, or looks at what is around it. Says yes when in doubt: such a
 * variable is matched together with the rest of the path.
 */
export function mayPassSlash(source: string): boolean {
  if (source === memberRequirement) return false
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at] ?? ''
    if (character === '\\') {
      at += 1
      if (!isSafeEscape(source[at])) return true
    } else if (character === '[') {
      const end = classEnd(source, at)
      if (end === -1 || classPassesSlash(source.slice(at + 1, end))) return true
      at = end
    } else if (character === '.' || character === '/' || character === '^' || character === '$') return true
    else if (character === '(' && source[at + 1] === '?' && source[at + 2] !== ':') return true
  }
  return false
}

/** Digits, word characters, and characters that stand for themselves. Others are not worth knowing. */
function isSafeEscape(character: string | undefined): boolean {
  return character !== undefined && (/[dws]/u.test(character) || !/[A-Za-z0-9/]/u.test(character))
}

function classEnd(source: string, start: number): number {
  for (let at = start + 1; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1
    else if (source[at] === ']') return at
  }
  return -1
}

function classPassesSlash(content: string): boolean {
  // In a class of what is not meant a slash is excluded however it stands there.
  if (content.startsWith('^')) return !content.includes('/')
  if (/\/|\\(?![dws])[A-Za-z0-9]/u.test(content)) return true
  for (const [, low = '', high = ''] of content.matchAll(/(?=(\\?.)-(\\?[^\]]))/gsu)) {
    if (low.slice(-1) <= '/' && high.slice(-1) >= '/') return true
  }
  return false
}
