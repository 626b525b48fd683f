import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { isSlipwayError } from '../../src/errors.ts'
import { fileScope, interpolate, parseConfigParser, readText } from '../../src/ini/index.ts'
import { describe as describePlan } from '../../src/paste/index.ts'
import { isFactoryPlan, type Plan, type WrappedPlan } from '../../src/paste/plan.ts'

// Real files of real services, with what the Python parsers say of each. They are not part of the project.
const corpus = fileURLToPath(new URL('../../../shared/corpus', import.meta.url))
const isThere = existsSync(corpus)

interface Expected {
  file: string
  sections: [string, [string, string][]][]
  defaults: [string, string][]
  values?: Record<string, Record<string, unknown>>
  contexts?: Record<string, Context>
  error?: string
}

interface Context {
  type: 'application' | 'filter' | 'server' | 'pipeline' | 'composite' | 'filter_app'
  protocol: string | null
  object?: string
  global_conf: Record<string, string>
  local_conf: Record<string, string>
  filters?: Context[]
  app?: Context
  error?: string
}

const folder = join(corpus, 'expected')
const expectations = isThere
  ? readdirSync(folder)
      .filter((name) => !name.includes('setup.cfg'))
      .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf-8')) as Expected)
  : []

const inFolder = (text: string, file: string) => text.replaceAll('{here}', dirname(join(corpus, file)))

function contextOf(plan: Plan): unknown {
  const confs = (globals: Plan['globals']) =>
    Object.fromEntries(
      [...globals].filter(([key]) => key !== 'here' && key !== '__file__').map(([key, { value }]) => [key, value]),
    )
  const shared = { global_conf: confs(plan.globals), local_conf: confs(plan.locals) }
  if (isFactoryPlan(plan)) return { protocol: plan.protocol, object: plan.factory.text, ...shared }
  if (plan.kind === 'broken') return { problem: plan.problem.message }
  const { filters, app } = plan satisfies WrappedPlan
  return { protocol: null, ...shared, filters: filters.map(contextOf), app: contextOf(app) }
}

/** Both protocol spellings of a composite are one. */
function normal(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) => (key === 'type' ? undefined : inner)).replaceAll(
      'composit_factory',
      'composite_factory',
    ),
  )
}

describe.skipIf(!isThere)('the corpus of deployment files (not run where ../shared/corpus is absent)', () => {
  it('is there', () => {
    expect(expectations.length).toBeGreaterThan(8)
  })

  it.each(expectations)('$file: sections, defaults and values are as recorded', (expected) => {
    const file = join(corpus, expected.file)
    const ini = parseConfigParser(readText(file), file)
    const sections = [...ini.sections.values()].map(({ name, options }) => [
      name,
      [...options.values()].map((option) => [option.name, option.value]),
    ])
    expect(sections).toEqual(expected.sections)
    const own = expected.defaults.filter(([name]) => name !== 'here' && name !== '__file__')
    expect([...ini.defaults.values()].map((option) => [option.name, option.value])).toEqual(own)
    for (const [section, values] of Object.entries(expected.values ?? {})) {
      for (const [name, value] of Object.entries(values)) {
        const option = ini.sections.get(section)?.options.get(name)
        if (!option || typeof value !== 'string') continue
        expect(interpolate(option, fileScope(ini, section))).toBe(inFolder(value, expected.file))
      }
    }
  })

  it.each(expectations)('$file: every section is described as recorded', (expected) => {
    const file = join(corpus, expected.file)
    for (const [section, context] of Object.entries(expected.contexts ?? {})) {
      const [prefix, name] = [section.slice(0, section.indexOf(':')), section.slice(section.indexOf(':') + 1).trim()]
      const type = prefix === 'filter' || prefix === 'server' ? prefix : 'app'
      const { plan } = describePlan(type, `config:${file}`, { name })
      expect({ section, context: normal(contextOf(plan)) }).toEqual({ section, context: normal(context) })
    }
  })

  it.each(
    existsSync(join(corpus, 'seeds')) ? readdirSync(join(corpus, 'seeds')).filter((name) => name.endsWith('.ini')) : [],
  )('seeds/%s: every app is described without an error', (name) => {
    const file = join(corpus, 'seeds', basename(name))
    const ini = parseConfigParser(readText(file), file)
    for (const section of ini.sections.keys()) {
      const [, prefix = '', app = ''] = /^(app|composite|pipeline):(.*)$/u.exec(section) ?? []
      if (prefix === '') continue
      const { problems } = describePlan('app', `config:${file}`, { name: app })
      expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
    }
  })
})

it('a fault in a describing is never anything but a diagnostic', () => {
  try {
    describePlan('app', 'config:nowhere.ini')
  } catch (error) {
    expect(isSlipwayError(error)).toBe(true)
  }
})
