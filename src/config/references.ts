// `$file:/run/secrets/db` and `$env:DB_PASSWORD` as the whole value of a secret option: the secret lies
// elsewhere. Read with the configuration and kept in its snapshot, because a worker may not be able to.
import { isSlipwayError } from '../errors.ts'
import { readText } from '../ini/index.ts'
import { expandHome } from './find-files.ts'
import type { Reference, Source } from './sources.ts'

type Env = Readonly<Record<string, string | undefined>>

// A value of this form was an error before (no option `file` or `env`), so no file changes its meaning; where
// such an option is declared the form keeps the meaning that it had.
const whole = /^\$(file|env):(.+)$/u
const anywhere = /\$(?:file|env):.+/gu

/**
 * What every reference leads to, by its text: whether an option is secret is not known yet where its group is
 * registered late. Remote sources may not refer to what lies on this machine.
 */
export function readReferences(timeline: readonly Source[], own: Env, env: Env): Record<string, Reference> {
  const texts = [
    ...timeline.flatMap((source) => {
      if (source.kind === 'flag') return [source.value]
      return source.kind === 'file' ? (source.text.match(anywhere) ?? []) : []
    }),
    ...Object.values(own),
  ]
  const references = new Map<string, Reference>()
  for (const text of texts.flatMap(spellings)) {
    const [, kind, name = ''] = whole.exec(text) ?? []
    if (kind !== undefined) references.set(text, kind === 'file' ? ofFile(name, env) : ofVariable(name, env))
  }
  return Object.fromEntries(references)
}

/** The end of a line may hold the closing quote of a value, and white space. */
function spellings(text: string | undefined): string[] {
  const written = text ?? ''
  const trimmed = written.trimEnd()
  return [written, trimmed, ...(/["']$/u.test(trimmed) ? [trimmed.slice(0, -1)] : [])]
}

function ofVariable(name: string, env: Env): Reference {
  const text = Object.hasOwn(env, name) ? env[name] : undefined
  return text === undefined ? { problem: `refers to environment variable "${name}", which is not set` } : { text }
}

function ofFile(name: string, env: Env): Reference {
  const file = expandHome(name, env)
  if (!file.startsWith('/')) return { problem: `refers to file "${name}", which is no absolute path` }
  try {
    // Editors and secret stores end a file with a line end that is no part of the secret.
    return { text: readText(file).replace(/\r?\n$/u, '') }
  } catch (error) {
    if (!isSlipwayError(error)) throw error
    return { problem: `refers to what cannot be read: ${error.message}` }
  }
}
