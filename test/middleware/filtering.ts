// What the tests of filters share: settings as an operator writes them, a context, logs that can be read.
import { type Config, type OptionGroup, readConfig, type ValuesOf } from '../../src/config/index.ts'
import type { App, FactoryContext, HttpRequest } from '../../src/http/index.ts'
import { json } from '../../src/http/index.ts'
import { createLogger, type Logger, nullLogger } from '../../src/log/index.ts'

/** The values of a group of which some options are set to texts. */
export function settingsOf<G extends OptionGroup>(group: G, texts: Readonly<Record<string, string>> = {}): ValuesOf<G> {
  return configOf(group, texts).get(group) as ValuesOf<G>
}

function configOf(group: OptionGroup, texts: Readonly<Record<string, string>> = {}): Config {
  const env = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [`OS_${group.name.toUpperCase()}__${name.toUpperCase()}`, text]),
  )
  return readConfig({ groups: [group], argv: [], prog: 'test', env })
}

export function contextWith(parts: Partial<FactoryContext> = {}): FactoryContext {
  return {
    section: 'filter:test',
    name: 'test',
    where: null,
    config: readConfig({ groups: [], argv: [], prog: 'test', env: {} }),
    log: nullLogger,
    flavour: undefined,
    load: () => Promise.reject(new Error('a filter of this test loads nothing')),
    onClose: () => undefined,
    ...parts,
  }
}

export interface Line {
  readonly level: string
  readonly msg: string
  readonly [field: string]: unknown
}

/** A logger as a process has it, and the lines that it wrote. */
export async function readableLog(settings: { debug?: boolean } = {}): Promise<{ log: Logger; lines: Line[] }> {
  const lines: Line[] = []
  const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Line) }
  return { log: await createLogger(settings, { name: 'test', stream }), lines }
}

/** Tells how the request looks from inside. */
export const mirror: App = (req) => json(seenBy(req))

function seenBy(req: HttpRequest): Record<string, unknown> {
  return {
    scheme: req.scheme,
    host: req.host,
    remoteAddress: req.remoteAddress,
    scriptName: req.scriptName,
    pathInfo: req.pathInfo,
    url: req.applicationUrl,
  }
}
